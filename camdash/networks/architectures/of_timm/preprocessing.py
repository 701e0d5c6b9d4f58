"""How timm prepares an image for a network: what its configuration of the weights says, as a card says it."""

from camdash.networks.architectures.of_timm.builders import PREFIX, builder_name
from camdash.networks.architectures.of_timm.index import is_builder
from camdash.networks.cards.card import Fit, Interpolation, Preprocessing
from camdash.networks.hubs.of_timm.configurations import configuration, for_channels, preparing_fields


def timm_preprocessing(said: str, channels: int, side: int | None = None) -> Preprocessing | None:
    """Return timm's preprocessing for a network; None where it is none of timm's, or a card cannot say the same.

    Args:
        said: a builder's name, with or without the tag of its weights, and with or without `timm/`. A tag that timm
            does not know counts as none.
        channels: input channels; one takes the mean of timm's three means, and of its three deviations.
        side: of the only input that the weights take, in pixels; None for that of the configuration.
    """
    if not is_builder(said.removeprefix(PREFIX)):
        return None
    about = configuration(weights_name(said))
    if about is None:
        return None
    fields = preparing_fields(about if side is None else about | {"input_size": (channels, side, side)})
    if not fields.keys() >= {"fit", "mean", "std"}:
        return None
    rows, columns = fields["input_size"]
    return Preprocessing(
        input_size=(rows, columns),
        fit=Fit(fields["fit"]),
        interpolation=Interpolation(fields.get("interpolation", Interpolation.AREA)),
        resize=fields.get("resize"),
        mean=tuple(for_channels(fields["mean"], channels)),
        std=tuple(for_channels(fields["std"], channels)),
    )


def weights_name(said: str) -> str:
    """Return the name of the weights whose configuration is taken: without a tag that timm does not know."""
    return said if configuration(said) is not None else builder_name(said)
