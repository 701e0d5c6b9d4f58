"""Work that takes time: the pipeline over many files, the line for a device, the checkpoints that are loaded."""
