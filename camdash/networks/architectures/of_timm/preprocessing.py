"""How timm prepares an image for a network: what its configuration of the weights says, as a card says it."""

from dataclasses import asdict

from camdash.networks.architectures.of_timm.builders import PREFIX, builder_name
from camdash.networks.architectures.of_timm.index import is_builder
from camdash.networks.cards.card import Fit, Interpolation, Preprocessing
from camdash.networks.hubs.timm import for_channels, preprocessing_fields


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
    fields = preprocessing_fields(asdict(about) | ({} if side is None else {"input_size": (3, side, side)}))
    if "fit" not in fields:
        return None
    rows, columns = fields["input_size"]
    return Preprocessing(
        input_size=(rows, columns),
        fit=Fit(fields["fit"]),
        interpolation=Interpolation(fields["interpolation"]),
        resize=fields.get("resize"),
        mean=tuple(for_channels(fields["mean"], channels)),
        std=tuple(for_channels(fields["std"], channels)),
    )
