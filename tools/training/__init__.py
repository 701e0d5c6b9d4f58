"""What the training tools share: labels and splits, body masks, augmentation, the training loop, figures."""
