"""Networks that others wrote as ONNX graphs: read, checked, and cut before their pooling. Nothing here runs one."""
