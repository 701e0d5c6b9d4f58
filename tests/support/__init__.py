"""What tests and benchmarks share: a real server, sessions without a browser, small checkpoints, memory."""
