"""Networks: which a file holds, built, and split at the input of global average pooling."""
