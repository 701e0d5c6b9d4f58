"""`camdash export`: a checkpoint as an ONNX file."""
