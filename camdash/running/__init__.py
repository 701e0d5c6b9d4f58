"""Work that takes time: the pipeline over many files, long jobs, the line for a device, the loaded checkpoints."""
