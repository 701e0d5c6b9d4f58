"""What timm says of its weights, in folders of its own."""
