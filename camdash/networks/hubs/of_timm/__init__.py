"""What timm says of its weights: in folders of its own, and in the configurations that it ships."""
