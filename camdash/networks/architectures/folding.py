"""Batch norm folded into the convolution before it: the same function in eval mode, with less work."""

from itertools import pairwise

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


def fold_batch_norm(module: nn.Module) -> None:
    """Fold each batch norm into the convolution registered directly before it, in place, at any depth.

    Registration order is the order of computation in torchvision's networks; the check made when a checkpoint is
    loaded would refuse one where it is not.
    """
    names = list(module._modules)
    for name, following in pairwise(names):
        convolution, norm = module._modules[name], module._modules[following]
        if (
            isinstance(convolution, nn.Conv2d)
            and type(norm) is nn.BatchNorm2d
            and convolution.out_channels == norm.num_features
        ):
            module._modules[name] = fuse_conv_bn_eval(convolution, norm)
            module._modules[following] = nn.Identity()
    for child in module.children():
        fold_batch_norm(child)
