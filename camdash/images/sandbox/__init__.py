"""Decoding in processes apart: strangers' files end there what they end."""
