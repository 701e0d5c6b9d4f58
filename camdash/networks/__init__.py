"""Checkpoints: found, read safely, split at the input of global average pooling, and checked."""

from camdash.networks.architectures.lean_torchvision import import_torchvision

import_torchvision()
