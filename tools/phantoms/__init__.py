"""Analytic X-ray phantoms: solids of tissue, projected by Beer-Lambert's law."""

from tools.phantoms.draw import SCENES, draw_phantom, draw_phantom_with_mask

__all__ = ["NAMES", "draw_phantom", "draw_phantom_with_mask"]

NAMES = tuple(SCENES)
