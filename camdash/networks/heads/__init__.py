"""Heads: what makes logits of activations, and each cell's exact share of them."""
