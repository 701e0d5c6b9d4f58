"""What a DICOM file says of its pixels, in plain values; nothing of the patient."""

from dataclasses import dataclass

from camdash.errors import ImageError
from camdash.images.dicom.dataset.tables import LookupTable
from camdash.images.limits import check_pixels
from camdash.words.sentence import say

COLOR = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT")
MONOCHROME = ("MONOCHROME1", "MONOCHROME2")


@dataclass(frozen=True)
class Layout:
    """How the pixels lie in the file (Image Pixel Module, PS3.3, C.7.6.3)."""

    rows: int
    columns: int
    samples: int
    photometric: str
    planar: int
    allocated: int
    stored: int
    high: int
    signed: bool


@dataclass(frozen=True)
class WindowHint:
    """A window as the file has it; None for a number that it lacks or that cannot be read.

    Attributes:
        explanation: the file's word for the window, a free text that must not be shown.
        as_standard: whether both numbers are written as the standard says.
    """

    centre: float | None
    width: float | None
    explanation: str = ""
    as_standard: bool = True


@dataclass(frozen=True, eq=False)
class Interpretation:
    """What the stored values mean and how they are meant to be shown.

    Attributes:
        slope, intercept: Rescale Slope and Intercept (PS3.3, C.11.1.1.2).
        modality: the modality lookup table, which holds in their place.
        tables: the VOI lookup tables (C.11.2.1.1); None in the place of each that cannot be read.
        windows: the windows.
        function: the VOI LUT function (C.11.2.1.3), or what stands there.
        shape: the Presentation LUT Shape (C.11.6.1.2), or what stands there.
        padding: Pixel Padding Value and Range Limit, in stored values (C.7.5.1.1.2).
        spacing: the distance of rows and of columns, in millimetres or, of an aspect ratio, in any unit (C.7.6.3.1.7).
        palette: red, green and blue (C.7.6.3.1.5).
        notes: what of all this could not be read, or not as it is written.
    """

    slope: float = 1
    intercept: float = 0
    modality: LookupTable | None = None
    tables: tuple[LookupTable | None, ...] = ()
    windows: tuple[WindowHint, ...] = ()
    function: str = "LINEAR"
    shape: str = ""
    padding: tuple[int, int] | None = None
    spacing: tuple[float, float] | None = None
    palette: tuple[LookupTable, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Description:
    """What the file says of itself, as it stands there: shown only as far as it is a term of the standard."""

    modality: str
    body_part: str
    view_position: str
    burned_in: str
    millimetres: tuple[float, float] | None


def check(layout: Layout) -> None:
    """Raise ImageError if no pixels can lie in a file like this, or none that are read."""
    check_pixels(layout.rows, layout.columns)
    if layout.photometric not in (*MONOCHROME, *COLOR, "PALETTE COLOR"):
        raise ImageError(
            say("The file's photometric interpretation is not one that is read: use MONOCHROME1, 2 or RGB.")
        )
    if layout.samples != (3 if layout.photometric in COLOR else 1):
        raise ImageError(
            say(
                "The file says {photometric} and {samples} samples a pixel, which contradict.",
                photometric=layout.photometric,
                samples=layout.samples,
            )
        )
    if layout.signed and layout.photometric not in MONOCHROME:
        raise ImageError(
            say(
                "The file says {photometric} with a sign, which contradict: colors have none.",
                photometric=layout.photometric,
            )
        )
    if layout.allocated not in (1, 8, 16, 32, 64):
        raise ImageError(say("The file keeps {bits} bits a pixel; 1, 8, 16 and 32 are read.", bits=layout.allocated))
    if not (0 < layout.stored <= layout.allocated and layout.high < layout.allocated):
        raise ImageError(
            say(
                "The file contradicts itself: {bits} bits up to bit {highest} of {allocated}.",
                bits=layout.stored,
                highest=layout.high,
                allocated=layout.allocated,
            )
        )
    if layout.planar not in (0, 1):
        raise ImageError(say("The file's planar configuration is {value}; it must be 0 or 1.", value=layout.planar))
