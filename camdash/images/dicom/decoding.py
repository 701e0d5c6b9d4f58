"""A DICOM file's content to a radiograph."""

from dataclasses import replace

from pydicom.config import disable_value_validation

from camdash.images.dicom.dataset.header import MONOCHROME
from camdash.images.dicom.dataset.reading import Parsed, parse
from camdash.images.dicom.dataset.syntaxes import syntax_name
from camdash.images.dicom.facts import facts_of
from camdash.images.dicom.picture.colors import brightness_of
from camdash.images.dicom.picture.pixels import Stored, stored_values
from camdash.images.dicom.stages import modality_values, narrowed, padding_of, squared, turned_over
from camdash.images.dicom.voi import presets_of
from camdash.images.radiograph import DEFAULT, FLOAT, FULL_RANGE, Radiograph, depth_of
from camdash.images.window import Preset, Window
from camdash.words.sentence import joined, say


@disable_value_validation()  # its complaints would quote the file
def decode_dicom(data: bytes) -> Radiograph:
    """Decode a DICOM file's content: the modality's values, the file's windows, its polarity, and harmless facts.

    Of several VOI tables and windows the first is the default, a table before a window, as pydicom has it. Without
    any, the full range of the pixels that are no padding is shown; color is shown from black to white.

    Raises:
        ImageError: the file is no single projection image that can be read; the sentence says why.
    """
    parsed = parse(data)
    stored = stored_values(parsed)
    is_grey = stored.photometric in MONOCHROME and parsed.layout.photometric in MONOCHROME
    return _monochrome(parsed, stored) if is_grey else _color(parsed, stored)


def _monochrome(parsed: Parsed, stored: Stored) -> Radiograph:
    meaning = parsed.meaning
    padding, unpadded = padding_of(stored.values, meaning)
    values, unusual = modality_values(stored.values, meaning)
    values, padding, resampled = squared(narrowed(values), padding, meaning.spacing)
    inverted, contradiction = turned_over(parsed.layout.photometric, meaning.shape)
    plain = Radiograph(values, Window(0, 1), _encoding(parsed, stored), padding=padding)
    presets, unusable = presets_of(meaning, plain, _declared_range(parsed, stored))
    default = presets[0] if presets else Preset(FULL_RANGE, Window.between(*plain.full_range))
    return replace(
        plain,
        window=default.window,
        lut=default.lut,
        inverted=inverted,
        own_presets=presets,
        facts=_facts(parsed, default),
        may_hold_names=parsed.description.burned_in != "NO",
        notes=_once(parsed.notes, stored.notes, meaning.notes, unpadded, unusual, resampled, unusable, contradiction),
    )


def _color(parsed: Parsed, stored: Stored) -> Radiograph:
    grey, white, unusual = brightness_of(stored, parsed.meaning.palette)
    values, _, resampled = squared(narrowed(grey), None, parsed.meaning.spacing)
    plain = Radiograph(values, Window.between(0, white), _encoding(parsed, stored))
    window = Window.between(*plain.full_range) if stored.bits > parsed.layout.stored else plain.window
    color = (say("Color, shown as brightness."),)
    return replace(
        plain,
        window=window,
        facts=_facts(parsed, Preset(DEFAULT, window)),
        may_hold_names=parsed.description.burned_in != "NO",
        notes=_once(color, parsed.notes, stored.notes, parsed.meaning.notes, unusual, resampled),
    )


def _declared_range(parsed: Parsed, stored: Stored) -> tuple[float, float] | None:
    """Return the range that the file declares for its values, in modality units, if they go beyond it."""
    layout, meaning = parsed.layout, parsed.meaning
    if stored.bits <= layout.stored or meaning.modality is not None:
        return None
    low = -(2 ** (layout.stored - 1)) if layout.signed else 0
    ends = [end * meaning.slope + meaning.intercept for end in (low, low + 2**layout.stored - 1)]
    return min(ends), max(ends)


def _once(*notes: tuple[str, ...]) -> tuple[str, ...]:
    """Return all notes, each once."""
    return tuple(dict.fromkeys(note for some in notes for note in some))


def _facts(parsed: Parsed, default: Preset) -> tuple[tuple[str, str], ...]:
    window = default.window
    told = default.name if default.lut else f"{window.centre:g} / {window.width:g}, {window.function.value}"
    return facts_of(parsed.layout, parsed.meaning, parsed.description, parsed.syntax, told)


def _encoding(parsed: Parsed, stored: Stored) -> str:
    bits = depth_of(stored.bits) if parsed.keyword == "PixelData" else FLOAT
    return joined(", ", ["DICOM", bits, syntax_name(parsed.syntax)])
