"""Tensors by their shapes, as annotations; see `camdash.shapes`. `n` is the batch."""

from torch import Tensor

from camdash.shapes import Float, Float32

Inputs = Float32[Tensor, "n input_channels rows columns"]
Activations = Float[Tensor, "n channels grid_rows grid_columns"]
Maps = Float32[Tensor, "n classes grid_rows grid_columns"]
Pooled = Float[Tensor, "n channels"]
Logits = Float[Tensor, "n classes"]
Weight = Float[Tensor, "classes channels"]
"""Of the linear head."""
Bias = Float[Tensor, " classes"]
"""Of the linear head."""
