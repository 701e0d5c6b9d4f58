"""What a DICOM file says of the meaning and the display of its values, read from its elements.

What only says how the values are to be shown never refuses a file: what of it cannot be read is left out, with a note.
Rescale, the modality table and the palette are the values themselves: they are read, or the file is refused.
"""

from collections.abc import Sequence
from itertools import islice, zip_longest

from camdash.errors import ImageError
from camdash.images.dicom.dataset.elements import Elements, element_name
from camdash.images.dicom.dataset.header import MONOCHROME, Interpretation, Layout, WindowHint
from camdash.images.dicom.dataset.numerals import Numeral, read_numeral
from camdash.images.dicom.dataset.tables import UNREADABLE, LookupTable, read_table
from camdash.words.sentence import say

MOST_PRESETS = 20
"""Windows, and tables, of a file that are read; presets of a few names each are usual."""

SPACINGS = ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing", "PixelAspectRatio")
PALETTE = ("Red", "Green", "Blue")


def meaning_of(elements: Elements, layout: Layout) -> Interpretation:
    """Return what the values mean.

    Raises:
        ImageError: what makes the values cannot be read.
    """
    notes: list[str] = []
    modality = _modality(elements, layout)
    slope, intercept = (1.0, 0.0) if modality else _rescale(elements, notes)
    return Interpretation(
        slope=slope,
        intercept=intercept,
        modality=modality,
        tables=_tables(elements, layout),
        windows=_windows(elements),
        function=elements.text("VOILUTFunction") or "LINEAR",
        shape=elements.text("PresentationLUTShape"),
        padding=_padding(elements, layout, notes),
        spacing=spacing_of(elements, SPACINGS, notes),
        palette=_palette(elements, layout),
        notes=tuple(notes),
    )


def spacing_of(elements: Elements, keywords: Sequence[str], notes: list[str]) -> tuple[float, float] | None:
    """Return the first spacing that is two positive numbers; note those that are none."""
    for keyword in filter(elements.has, keywords):
        values = [one for one in elements.numerals(keyword) if one is not None and one.value > 0]
        if len(values) == len(elements.texts(keyword)) == 2:
            _note_unusual(keyword, values, notes)
            return values[0].value, values[1].value
        element = element_name(keyword).lower()
        notes.append(say("The {element} in the file is invalid and was ignored.", element=element))
    return None


def _rescale(elements: Elements, notes: list[str]) -> tuple[float, float]:
    """Return Rescale Slope and Intercept (C.11.1.1.2), by default 1 and 0."""
    found = []
    for keyword, default in (("RescaleSlope", 1.0), ("RescaleIntercept", 0.0)):
        numeral = elements.numerals(keyword)[0] if elements.has(keyword) else Numeral(default)
        if numeral is None:
            raise ImageError(
                say(
                    "The DICOM file's {element} cannot be read, so its values are unknown. Export it again.",
                    element=element_name(keyword),
                )
            )
        _note_unusual(keyword, [numeral], notes)
        found.append(numeral.value)
    return found[0], found[1]


def _note_unusual(keyword: str, numerals: Sequence[Numeral], notes: list[str]) -> None:
    """Note a number, or two, that is not written as the standard says."""
    if all(one.as_standard for one in numerals):
        return
    element, first, last = element_name(keyword).lower(), numerals[0].value, numerals[-1].value
    if len(numerals) == 1:
        note = say(
            "The {element} is not written as DICOM requires. It was read as {value:g}.", element=element, value=first
        )
    else:
        note = say(
            "The {element} is not written as DICOM requires. It was read as {first:g} and {second:g}.",
            element=element,
            first=first,
            second=last,
        )
    notes.append(note)


def _modality(elements: Elements, layout: Layout) -> LookupTable | None:
    items = elements.items("ModalityLUTSequence")
    if items == ():
        return None
    return _needed(read_table(items[0], "LUTDescriptor", "LUTData", signed=layout.signed) if items else None)


def _palette(elements: Elements, layout: Layout) -> tuple[LookupTable, ...]:
    if layout.photometric != "PALETTE COLOR":
        return ()
    names = [f"{color}PaletteColorLookupTable" for color in PALETTE]
    return tuple(_needed(read_table(elements, f"{name}Descriptor", f"{name}Data", signed=False)) for name in names)


def _needed(table: LookupTable | None) -> LookupTable:
    if table is None:
        raise ImageError(UNREADABLE)
    return table


def _tables(elements: Elements, layout: Layout) -> tuple[LookupTable | None, ...]:
    items = elements.items("VOILUTSequence")
    if items is None:
        return (None,)
    read = (read_table(item, "LUTDescriptor", "LUTData", signed=layout.signed) for item in items[:MOST_PRESETS])
    return tuple(read)


def _windows(elements: Elements) -> tuple[WindowHint, ...]:
    """Return the windows; a centre without width, or a width without centre, is one that cannot be read."""
    centres, widths = elements.texts("WindowCenter"), elements.texts("WindowWidth")
    pairs = list(zip_longest(centres, widths, fillvalue=""))
    explanations = (*elements.texts("WindowCenterWidthExplanation"), *[""] * len(pairs))
    windows = (_window(*pair, explanation) for pair, explanation in zip(pairs, explanations, strict=False) if any(pair))
    return tuple(islice(windows, MOST_PRESETS))


def _window(centre_text: str, width_text: str, explanation: str) -> WindowHint:
    centre, width = read_numeral(centre_text), read_numeral(width_text)
    return WindowHint(
        centre.value if centre else None,
        width.value if width else None,
        explanation,
        as_standard=all(one.as_standard for one in (centre, width) if one),
    )


def _padding(elements: Elements, layout: Layout, notes: list[str]) -> tuple[int, int] | None:
    """Return the lowest and highest stored value that is padding (C.7.5.1.1.2)."""
    if layout.photometric not in MONOCHROME:
        return None
    ends: list[int] = []
    for keyword in ("PixelPaddingValue", "PixelPaddingRangeLimit"):
        values = elements.shorts(keyword)
        if values is None or (elements.has(keyword) and not len(values)):
            element = element_name(keyword).lower()
            notes.append(say("The {element} in the file cannot be read and was ignored.", element=element))
        if values is None or not len(values):
            break
        end = int(values[0])
        ends.append(end - 65536 if layout.signed and end >= 32768 else end)
    return (min(ends), max(ends)) if ends else None
