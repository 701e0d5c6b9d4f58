"""DICOM files with lookup tables as scanners write them, and as they should not."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tests.images import dicom_files as files
from tests.images.dicom_files import dicom, element
from tests.images.picture import film
from tests.images.table.case import Case
from tests.images.table.dicom_syntaxes import described

FILM = film()
FULL = FILM / 4095
TWELVE: dict[str, Any] = described(FILM, 12)
WINDOW: dict[str, Any] = {"WindowCenter": "1500", "WindowWidth": "1000"}
WINDOWED = np.clip((FILM - 1000.0) / 999, 0, 1)
"""Through that window, by the formula of LINEAR."""

SIGMOID = 1 / (1 + np.exp(-(np.arange(4096) - 2048) / 500))
VOI, MODALITY = "DICOM, VOI table", "DICOM, modality"


def cases() -> Iterator[Case]:
    """Yield the cases."""
    yield from scaled_by_their_entries()
    yield from left_out()
    yield from first_values()
    yield from packed()
    yield from modality()
    yield from palettes()


def table(entries: ArrayLike, bits: int = 16, *, count: int | None = None, first: int = 0) -> dict[str, Any]:
    """Return the item of a sequence; the entries in words."""
    words = np.rint(entries).astype(np.uint16)
    return {"LUTDescriptor": [len(words) if count is None else count, first, bits], "LUTData": words}


def scaled_note(bits: int, largest: int) -> tuple[str, ...]:
    return (f"A VOI table declares {bits} bits, but its largest entry is {largest}. It was scaled by that entry.",)


def scaled_by_their_entries() -> Iterator[Case]:
    """Agfa's habit: more bits declared than the entries have; or fewer, which would all be white."""

    def shown(name: str, entries: NDArray[Any], bits: int, white: int, **more: Any) -> Case:
        notes = () if white == 2**bits - 1 else scaled_note(bits, white)
        build = partial(dicom, FILM, VOILUTSequence=[table(entries, bits)], **TWELVE | more)
        grey = np.rint(entries).astype(int)[FILM] / white
        return Case(VOI, name, build, FILM, grey, has={"notes": notes})

    twelve, ten = np.rint(SIGMOID * 4095), np.rint(np.linspace(0, 1023, 4096))
    yield shown("16 bits declared, ends at 4095", np.rint(np.linspace(0, 4095, 4096)), 16, 4095)
    yield shown("16 bits declared, ends near 4095", twelve, 16, int(twelve.max()))
    yield shown("16 bits declared, ends at 1023, in implicit VR", ten, 16, 1023, syntax=files.IMPLICIT)
    yield shown("16 bits declared, ends at 1023, in big endian", ten, 16, 1023, syntax=files.BIG)
    yield shown("16 bits declared, ends at 1023, deflated", ten, 16, 1023, syntax=files.DEFLATED)
    yield shown("16 bits declared, ends at 1023, before a window", ten, 16, 1023, **WINDOW)
    yield shown("16 bits declared, ends at 255", np.linspace(0, 255, 4096), 16, 255)
    yield shown("16 bits declared, ends at 32767, one bit less", np.linspace(0, 32767, 4096), 16, 32767)
    yield shown("16 bits declared, ends at 32768, which need 16", np.linspace(0, 32768, 4096), 16, 65535)
    yield shown("16 bits declared, ends at 65535", np.linspace(0, 65535, 4096), 16, 65535)
    yield shown("12 bits declared, ends at 1023", ten, 12, 1023, VOILUTFunction="LINEAR")
    yield shown("12 bits declared, ends at 3000, as a dark film may", np.linspace(0, 3000, 4096), 12, 4095)
    yield shown("10 bits declared, ends at 4095", np.linspace(0, 4095, 4096), 10, 4095)
    yield shown("8 bits declared, ends at 65535", np.linspace(0, 65535, 4096), 8, 65535)
    yield shown("4 bits declared, ends at 15", np.linspace(0, 15, 4096), 4, 15)
    yield shown("16 bits declared, descends from 4095", np.linspace(4095, 0, 4096), 16, 4095)
    yield shown("16 bits declared, from 800 to 4095", np.linspace(800, 4095, 4096), 16, 4095)
    dark = partial(dicom, FILM, VOILUTSequence=[table(ten)], **TWELVE | {"PhotometricInterpretation": "MONOCHROME1"})
    yield Case(VOI, "16 bits declared, ends at 1023, turned over", dark, FILM, 1 - ten[FILM] / 1023)


def left_out() -> Iterator[Case]:
    """A bad table is left out, and what comes next is shown: the next table, a window, or the full range."""
    steep = np.rint(np.linspace(0, 4095, 4096))
    flat = "Ignored a VOI table whose entries are all the same."
    short = "Ignored a VOI table with fewer entries than it declares."
    unread = "Ignored a VOI table that cannot be read."
    outside = "Ignored a VOI table that shows the whole radiograph in one grey."
    bits = "Ignored a VOI table that declares {} bits for an entry."
    wrong: dict[str, tuple[dict[str, Any], str]] = {
        "of zeros": (table(np.zeros(4096)), flat),
        "of one value": (table(np.full(4096, 4095), 12), flat),
        "of one entry": (table([4095], 12), flat),
        "with 1024 of 4096 entries": (table(steep[:1024], count=4096), short),
        "with 4095 of 4096 entries": (table(steep[1:], count=4096), short),
        "with 4096 of 65536 entries": (table(steep, count=0), short),
        "of 0 bits": (table(steep, 0), bits.format(0)),
        "of 17 bits": (table(steep, 17), bits.format(17)),
        "of 40 bits": (table(steep, 40), bits.format(40)),
        "without entries": (table(steep) | {"LUTData": b""}, unread),
        "without data": ({"LUTDescriptor": [4096, 0, 12]}, unread),
        "without description": ({"LUTData": steep.astype(np.uint16)}, unread),
        "with an empty description": (table(steep) | {"LUTDescriptor": b""}, unread),
        "described by two numbers": (table(steep) | {"LUTDescriptor": [4096, 0]}, unread),
        "described by four numbers": (table(steep) | {"LUTDescriptor": [4096, 0, 12, 1]}, unread),
        "described by an odd byte": (table(steep) | {"LUTDescriptor": b"\x07"}, unread),
        "that is an empty item": ({}, unread),
        "of which the film reaches one end alone": (table(np.minimum(steep, 50) + (steep > 4095), first=4096), outside),
        "that is flat where the film is": (table(np.r_[np.full(4096, 9), 0, 4095]), outside),
    }  # fmt: skip
    for name, (item, note) in wrong.items():
        build = partial(dicom, FILM, VOILUTSequence=[item], **TWELVE, **WINDOW)
        yield Case(VOI, f"{name}: the window beside it", build, FILM, WINDOWED, has={"notes": (note,)})
    build = partial(dicom, FILM, VOILUTSequence=[table(steep, 12)], **TWELVE, **WINDOW)
    odd = partial(_replaced, build, b"\x28\x00\x06\x30OW", b"\x28\x00\x06\x30On")
    yield Case(VOI, "of a VR that there is not: the window", odd, FILM, WINDOWED, has={"notes": (unread,)})
    first: Sequence[dict[str, Any]] = [wrong["of zeros"][0], table(steep, 12)]
    build = partial(dicom, FILM, VOILUTSequence=first, **TWELVE, **WINDOW)
    yield Case(VOI, "of zeros: the next table", build, FILM, FULL, has={"notes": (flat,)})
    build = partial(dicom, FILM, VOILUTSequence=[{}, first[0]], **TWELVE)
    yield Case(VOI, "two bad ones: the full range", build, FILM, FULL, has={"notes": (unread, flat)})
    build = partial(dicom, FILM, VOILUTSequence=[], **TWELVE, **WINDOW)
    yield Case(VOI, "a sequence without items: the window", build, FILM, WINDOWED, has={"notes": ()})
    build = partial(dicom, FILM, VOILUTSequence=[table(np.zeros(9))], WindowCenter="9", WindowWidth="0", **TWELVE)
    notes: tuple[str, ...] = (flat, "Ignored a window with an invalid width.")
    yield Case(VOI, "of zeros, and a bad window: the full range", build, FILM, FULL, has={"notes": notes})
    build = partial(dicom, FILM, VOILUTSequence=[table(steep, 12, count=2048)], **TWELVE)
    notes = (*scaled_note(12, 2047), "A VOI table has more entries than it declares; the others were ignored.")
    yield Case(VOI, "with 4096 for 2048 entries", build, FILM, np.minimum(FILM, 2047) / 2047, has={"notes": notes})
    constant = np.full((4, 5), 77, np.uint16)
    build = partial(dicom, constant, VOILUTSequence=[table(steep, 12)])
    yield Case(VOI, "of a film of one value", build, constant, constant / 4095, has={"notes": ()})


def first_values() -> Iterator[Case]:
    """The sign of the first value depends on the values, whatever its VR."""
    steep = np.rint(np.linspace(0, 65535, 4096))
    below: dict[str, Any] = {"RescaleSlope": "1", "RescaleIntercept": "-1024"}
    build = partial(dicom, FILM, VOILUTSequence=[table(steep, first=64512)], **TWELVE, **below)
    rescaled = FILM - 1024.0
    yield Case(VOI, "from -1024 on of rescaled values, in VR US", build, rescaled, steep[FILM] / 65535)
    signed = partial(_replaced, build, b"\x28\x00\x02\x30US", b"\x28\x00\x02\x30SS")
    yield Case(VOI, "from -1024 on of rescaled values, in VR SS", signed, rescaled, steep[FILM] / 65535)
    implicit = partial(build, syntax=files.IMPLICIT)
    yield Case(VOI, "from -1024 on of rescaled values, in implicit VR", implicit, rescaled, steep[FILM] / 65535)
    item = table(steep) | {"LUTDescriptor": element("LUTDescriptor", [4096, 40000, 16], "<")[8:]}
    shifted = described(FILM.astype(np.int16), 16)
    build = partial(dicom, FILM.astype(np.int16), VOILUTSequence=[item], RescaleIntercept="40000", **shifted)
    yield Case(VOI, "from 40000 on of signed pixels", build, FILM + 40000.0, steep[FILM] / 65535)


def _replaced(build: Callable[[], bytes], old: bytes, new: bytes) -> bytes:
    return build().replace(old, new, 1)


def packed() -> Iterator[Case]:
    """Entries of 8 bits, two in a word."""
    eight = np.rint(np.linspace(0, 255, 4096)).astype(np.uint8)
    for name, syntax in (("explicit", files.EXPLICIT), ("implicit", files.IMPLICIT)):
        item = {"LUTDescriptor": [4096, 0, 8], "LUTData": eight.tobytes()}
        build = partial(dicom, FILM, VOILUTSequence=[item], syntax=syntax, **TWELVE)
        yield Case(VOI, f"8 bits, two in a word, {name} VR", build, FILM, eight[FILM] / 255, has={"notes": ()})
    swapped = eight.view(np.uint16).byteswap().tobytes()
    item = {"LUTDescriptor": [4096, 0, 8], "LUTData": swapped}
    build = partial(dicom, FILM, VOILUTSequence=[item], syntax=files.BIG, **TWELVE)
    yield Case(VOI, "8 bits, two in a word, big endian", build, FILM, eight[FILM] / 255, has={"notes": ()})
    odd = {"LUTDescriptor": [4095, 1, 8], "LUTData": eight[1:].tobytes() + b"\0"}
    build = partial(dicom, FILM, VOILUTSequence=[odd], **TWELVE)
    yield Case(VOI, "8 bits, two in a word, an odd number", build, FILM, eight[np.maximum(FILM, 1)] / 255)


def modality() -> Iterator[Case]:
    """Modality tables make the values: used where they are whole for this film, else refused."""
    twice = np.arange(4096) * 2
    expected = FILM.astype(int) * 2
    for bits in (0, 40):
        build = partial(dicom, FILM, ModalityLUTSequence=[table(twice, bits)], **TWELVE)
        note = (f"The modality table declares {bits} bits for an entry; its entries were used as they are.",)
        yield Case(MODALITY, f"a table of {bits} bits", build, expected, has={"notes": note})
    build = partial(dicom, FILM, ModalityLUTSequence=[table(twice, 10)], **TWELVE)
    yield Case(MODALITY, "a table of more than its 10 bits", build, expected, FULL, has={"notes": ()})
    build = partial(dicom, FILM // 2, ModalityLUTSequence=[table(twice[:2048], count=4096)], **TWELVE)
    note = ("The modality table has fewer entries than it declares; this radiograph needs none of the others.",)
    yield Case(MODALITY, "a short table of which nothing is missing", build, FILM // 2 * 2, has={"notes": note})
    build = partial(dicom, FILM, ModalityLUTSequence=[table(twice, count=1000)], **TWELVE)
    note = ("The modality table has more entries than it declares; the others were ignored.",)
    yield Case(MODALITY, "a long table", build, np.minimum(FILM.astype(int), 999) * 2, has={"notes": note})
    both: dict[str, Any] = {"ModalityLUTSequence": [table(twice)], "VOILUTSequence": [table(np.arange(8192) // 8)]}
    build = partial(dicom, FILM, **TWELVE, **both)
    grey = FILM.astype(int) * 2 // 8 / 1023
    yield Case(MODALITY, "a table before a VOI table of fewer bits", build, expected, grey)
    yield Case(MODALITY, "a sequence without items", partial(dicom, FILM, ModalityLUTSequence=[], **TWELVE), FILM)
    unread = r"A lookup table in the DICOM file is described in a way that cannot be read\."
    for name, item in (("an empty item", {}), ("a table without data", {"LUTDescriptor": [4096, 0, 12]})):
        build = partial(dicom, FILM, ModalityLUTSequence=[item], **TWELVE)
        yield Case("DICOM, wrong layout", f"{name} for a modality table", build, sentence=unread)
    build = partial(dicom, FILM, ModalityLUTSequence=[table(np.zeros(4096))], **TWELVE)
    same = r"The DICOM file's modality table makes every pixel the same\. Export it again\."
    yield Case("DICOM, wrong layout", "a modality table of zeros", build, sentence=same)


def palettes() -> Iterator[Case]:
    """Palettes whose entries have fewer bits than they declare would be black."""
    index = np.array([[0, 1, 2]], np.uint8)
    names = ("Red", "Green", "Blue")
    for bits, white, notes in ((16, 255, True), (8, 255, False), (8, 1000, True)):
        data: dict[str, Any] = {
            f"{name}PaletteColorLookupTable{part}": content
            for name in names
            for part, content in (("Descriptor", [3, 0, bits]), ("Data", np.array([0, white // 2, white], np.uint16)))
        }
        said = f"The palette declares {bits} bits, but its largest entry is {white}. It was scaled by that entry."
        expected = [[0, white // 2, white]]
        build = partial(dicom, index, PhotometricInterpretation="PALETTE COLOR", **data)
        has = {"notes": ("Color, shown as brightness.", *[said] * notes)}
        name = f"a palette of {bits} bits that ends at {white}"
        yield Case("DICOM, color", name, build, expected, np.array(expected) / white, has=has)
