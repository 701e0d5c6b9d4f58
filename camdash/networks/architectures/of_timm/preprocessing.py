"""How timm prepares an image for a network: what its configuration of the weights says, as a card says it."""

from camdash.networks.architectures.of_timm.builders import PREFIX, builder_name
from camdash.networks.architectures.of_timm.index import is_builder
from camdash.networks.cards.card import Fit, Interpolation, Preprocessing

CROPPED = 0.875
"""The share of the shorter side that timm keeps where a configuration does not say it."""

INTERPOLATIONS = {"bilinear": Interpolation.AREA, "bicubic": Interpolation.AREA, "nearest": Interpolation.NEAREST}
"""By timm's names. Pillow's resampling, which timm uses, takes all pixels into account where an image becomes smaller;
so does `area`, and OpenCV's bilinear and bicubic do not."""


def timm_preprocessing(said: str, channels: int, side: int | None = None) -> Preprocessing | None:
    """Return timm's preprocessing for a network; None where it is none of timm's, or a card cannot say the same.

    Args:
        said: a builder's name, with or without the tag of its weights, and with or without `timm/`.
        channels: input channels; one takes the mean of timm's three means, and of its three deviations.
        side: of the only input that the weights take, in pixels; None for that of the configuration.
    """
    if not is_builder(said.removeprefix(PREFIX)):
        return None
    import timm

    about = timm.get_pretrained_cfg(said.removeprefix(PREFIX)) or timm.get_pretrained_cfg(builder_name(said))
    share, mode = about.crop_pct or CROPPED, about.crop_mode
    if mode not in ("center", "squash") or (mode == "squash" and share < 1):
        return None
    rows, columns = about.input_size[1:] if side is None else (side, side)
    return Preprocessing(
        input_size=(rows, columns),
        fit=Fit.CROP if mode == "center" else Fit.STRETCH,
        interpolation=INTERPOLATIONS.get(about.interpolation, Interpolation.AREA),
        resize=int(max(rows, columns) / share) if mode == "center" else None,
        mean=_for_channels(about.mean, channels),
        std=_for_channels(about.std, channels),
    )


def _for_channels(values: tuple[float, ...], channels: int) -> tuple[float, ...]:
    return tuple(values) if len(values) == channels else (sum(values) / len(values),)
