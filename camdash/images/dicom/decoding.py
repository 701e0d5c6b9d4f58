"""A DICOM file's content to a radiograph."""

from typing import Any

from numpy.typing import NDArray

from camdash.images.dicom.facts import facts_of
from camdash.images.dicom.header import MONOCHROME, Layout
from camdash.images.dicom.pixels import stored_values
from camdash.images.dicom.reading import Parsed, parse
from camdash.images.dicom.stages import (
    brightness,
    modality_values,
    narrowed,
    padding_of,
    presets_of,
    squared,
    turned_over,
)
from camdash.images.dicom.syntaxes import spoken
from camdash.images.radiograph import Preset, Radiograph, Window


def decode_dicom(data: bytes) -> Radiograph:
    """Decode a DICOM file's content: the modality's values, the file's windows, its polarity, and harmless facts.

    Of several VOI tables and windows the first is the default, a table before a window, as pydicom has it. Without
    any, the full range of the pixels that are no padding is shown; color is shown from black to white.

    Raises:
        ImageError: the file is no single projection image that can be read; the sentence says why.
    """
    parsed = parse(data)
    stored, photometric = stored_values(parsed)
    if photometric in MONOCHROME:
        return _monochrome(parsed, stored)
    return _color(parsed, stored, photometric)


def _monochrome(parsed: Parsed, stored: NDArray[Any]) -> Radiograph:
    meaning, layout = parsed.meaning, parsed.layout
    padding = padding_of(stored, meaning)
    values, padding, resampled = squared(narrowed(modality_values(stored, meaning)), padding, meaning.spacing)
    presets, unusable = presets_of(meaning)
    inverted, contradiction = turned_over(layout.photometric, meaning.shape)
    plain = Radiograph(values, Window(0, 1), _encoding(parsed), padding=padding)
    default = presets[0] if presets else Preset("Full range", Window.between(*plain.full_range))
    return Radiograph(
        values,
        default.window,
        plain.encoding,
        lut=default.lut,
        inverted=inverted,
        padding=padding,
        own_presets=presets,
        facts=_facts(parsed, default),
        may_hold_names=parsed.description.burned_in != "NO",
        notes=(*resampled, *unusable, *contradiction),
    )


def _color(parsed: Parsed, stored: NDArray[Any], photometric: str) -> Radiograph:
    grey = brightness(stored, photometric, parsed.meaning.palette)
    values, _, resampled = squared(narrowed(grey), None, parsed.meaning.spacing)
    bits = parsed.meaning.palette[0].bits if parsed.meaning.palette else parsed.layout.stored
    window = Window.between(0, 2**bits - 1)
    return Radiograph(
        values,
        window,
        _encoding(parsed),
        facts=_facts(parsed, Preset("Default", window)),
        may_hold_names=parsed.description.burned_in != "NO",
        notes=("Color, shown as brightness.", *resampled),
    )


def _facts(parsed: Parsed, default: Preset) -> tuple[tuple[str, str], ...]:
    window = default.window
    told = default.name if default.lut else f"{window.centre:g} / {window.width:g}, {window.function.value}"
    return facts_of(parsed.layout, parsed.meaning, parsed.description, parsed.syntax, told)


def _encoding(parsed: Parsed) -> str:
    return f"DICOM, {_bits(parsed.layout, parsed.keyword)}, {spoken(parsed.syntax)}"


def _bits(layout: Layout, keyword: str) -> str:
    return f"{layout.stored} bits" if keyword == "PixelData" else "float"
