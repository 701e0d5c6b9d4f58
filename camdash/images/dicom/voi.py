"""The file's VOI tables and windows (PS3.3, C.11.2.1) as presets; those that would spoil the film are left out.

They only say how a film is to be shown, so a bad one never refuses it, and never changes it in silence: it is left
out with a note, and the next one, or the full range, is shown and given to the network.
"""

import numpy as np

from camdash.images.dicom.dataset.header import Interpretation, WindowHint
from camdash.images.dicom.dataset.tables import BITS, LookupTable, placed, white_of
from camdash.images.radiograph import Radiograph
from camdash.images.window import Preset, VoiFunction, VoiLut, Window
from camdash.words.sentence import say

EXPLAINED = {
    "NORMAL": say("Normal"), "HARDER": say("Harder"), "SOFTER": say("Softer"),
    "BONE": say("Bone"), "BONES": say("Bone"), "SOFT TISSUE": say("Soft tissue"), "SOFT_TISSUE": say("Soft tissue"),
    "LUNG": say("Lung"), "MEDIASTINUM": say("Mediastinum"),
}  # fmt: skip
"""The explanations of windows that are shown. Any other is free text, which may hold a name."""

FUNCTIONS = {function.value: function for function in VoiFunction}

SINGLE = np.finfo(np.float32)
"""Its range is that of a window's numbers."""

ONE_GREY = 1 / 255
"""A film whose grey levels differ by less is shown in one."""

FAR = 1 / 8
"""The part of a declared range by which values that go beyond it contradict it; lossy compression may add a little."""

SATURATED, SAMPLE = 0.99, 65536
"""The share of a film in black and white from which a note says so, and of about how many pixels it is taken."""

FAINT = 0.1
"""The part of the grey scale below which a note says that a film takes no more."""

UNREADABLE = say("Ignored a window that cannot be read.")
INVALID_WIDTH = say("Ignored a window with an invalid width.")


def presets_of(
    meaning: Interpretation, plain: Radiograph, declared: tuple[float, float] | None = None
) -> tuple[tuple[Preset, ...], tuple[str, ...]]:
    """Return the file's tables, then its windows, as far as they can be used, and notes on the others.

    Args:
        meaning: what the file says.
        plain: the radiograph that they are for, in modality units.
        declared: the range that the file declares for its values, where they go beyond it.
    """
    film = _Film(plain, declared)
    function = FUNCTIONS.get(meaning.function, VoiFunction.LINEAR)
    tables = [lut for table in meaning.tables if (lut := _usable_table(table, film))]
    windows = [(one, hint.explanation) for hint in meaning.windows if (one := _usable_window(hint, function, film))]
    presets = [Preset(_name_of_table(k, len(tables)), table.window, table) for k, table in enumerate(tables, 1)]
    for k, (window, explanation) in enumerate(windows, 1):
        presets.append(Preset(EXPLAINED.get(explanation) or _name_of_window(k, len(windows)), window))
    if meaning.windows and meaning.function not in FUNCTIONS:
        film.notes.append(say("The file's VOI LUT function is unknown; LINEAR was used."))
    if presets:
        film.note_poor(presets[0].lut or presets[0].window)
    return tuple(presets), tuple(dict.fromkeys(film.notes))


def _name_of_table(place: int, count: int) -> str:
    return say("Table {place}", place=place) if count > 1 else say("Table")


def _name_of_window(place: int, count: int) -> str:
    return say("Window {place}", place=place) if count > 1 else say("Window")


class _Film:
    """The values, without padding, that tables and windows are tried on, and the notes on them."""

    def __init__(self, plain: Radiograph, declared: tuple[float, float] | None) -> None:
        self.seen = plain.values if plain.padding is None else plain.values[~plain.padding]
        self.low, self.high = float(self.seen.min()), float(self.seen.max())
        self.declared = declared
        self.notes: list[str] = []

    def is_beyond(self, low: float, high: float) -> bool:
        """Return whether a window or table ends where the file declares that its values end, and they go far on."""
        if self.declared is None:
            return False
        first, last = self.declared
        beyond = max(self.high - last, first - self.low)
        return beyond > FAR * (last - first) and first - 1 <= low <= high <= last + 1

    def is_in_one_grey(self, voi: Window | VoiLut) -> bool:
        """Return whether values that differ are all shown in one grey."""
        if self.low == self.high or np.ptp(voi.grey(np.array([self.low, self.high]))) >= ONE_GREY:
            return False
        return isinstance(voi, Window) or bool(np.ptp(voi.grey(self.seen)) < ONE_GREY)

    def note_poor(self, voi: Window | VoiLut) -> None:
        """Note if nearly all pixels are black or white, or of nearly one grey, which they are not over full range."""
        if self.low == self.high:
            return
        sample = self.seen.ravel()[:: max(self.seen.size // SAMPLE, 1)]
        grey, ends = voi.grey(sample), voi.grey(np.array([self.low, self.high]))
        shares = [np.mean(np.abs(one - 0.5) > 0.5 - ONE_GREY / 2) for one in (grey, self._full_range.grey(sample))]
        if shares[0] >= SATURATED > shares[1]:
            self.notes.append(say("The file's window shows almost the whole radiograph as black or white."))
        if np.ptp(np.append(grey, ends)) < FAINT:
            said = say(
                "The file's window shows the whole radiograph in less than {share} of the grey scale.", share="10 %"
            )
            self.notes.append(said)

    @property
    def _full_range(self) -> Window:
        return Window.between(self.low, self.high)


def _usable_table(table: LookupTable | None, film: _Film) -> VoiLut | None:
    """Return a table that can be used, scaled by what white is in it; else note why not."""
    if table is None:
        film.notes.append(say("Ignored a VOI table that cannot be read."))
    elif table.bits not in BITS:
        film.notes.append(say("Ignored a VOI table that declares {bits} bits for an entry.", bits=table.bits))
    elif table.missing:
        film.notes.append(say("Ignored a VOI table with fewer entries than it declares."))
    elif table.is_flat:
        film.notes.append(say("Ignored a VOI table whose entries are all the same."))
    else:
        return _scaled(placed(table, film.low, film.high), film)
    return None


def _scaled(table: LookupTable, film: _Film) -> VoiLut | None:
    white = white_of(table.entries, table.bits)
    lut = VoiLut(table.first, table.entries, white)
    if _is_spoilt(lut, table.first, table.last, film):
        return None
    if white != 2**table.bits - 1:
        film.notes.append(
            say(
                "A VOI table declares {bits} bits, but its largest entry is {largest}. It was scaled by that entry.",
                bits=table.bits,
                largest=white,
            )
        )
    if table.further:
        film.notes.append(say("A VOI table has more entries than it declares; the others were ignored."))
    return lut


def _usable_window(hint: WindowHint, function: VoiFunction, film: _Film) -> Window | None:
    """Return a window that can be used; else note why not.

    LINEAR counts whole values and needs a width of at least 1 (C.11.2.1.2.1). Where the values span no more than 1,
    as fractions do, that makes no sense, and the window is read as LINEAR_EXACT.
    """
    if hint.centre is None or hint.width is None or max(abs(hint.centre), hint.width) > SINGLE.max:
        film.notes.append(UNREADABLE)
        return None
    fractions = film.high - film.low <= 1 and (hint.width < 1 or film.seen.dtype.kind == "f")
    read_as = VoiFunction.LINEAR_EXACT if function is VoiFunction.LINEAR and fractions else function
    if hint.width < (1 if read_as is VoiFunction.LINEAR else SINGLE.tiny):
        film.notes.append(INVALID_WIDTH)
        return None
    window = Window(hint.centre, hint.width, read_as)
    if _is_spoilt(window, *window.ends, film):
        return None
    if not hint.as_standard:
        film.notes.append(
            say(
                "A window is not written as DICOM requires. It was read as {centre:g} / {width:g}.",
                centre=window.centre,
                width=window.width,
            )
        )
    if read_as is not function and hint.width >= 1:
        film.notes.append(say("The values span no more than 1, so a LINEAR window was read as LINEAR_EXACT."))
    return window


def _is_spoilt(voi: Window | VoiLut, low: float, high: float, film: _Film) -> bool:
    """Return whether a table or window would spoil the film, and note why."""
    if film.is_beyond(low, high):
        table = say("Ignored a VOI table made for fewer bits than the values have.")
        window = say("Ignored a window made for fewer bits than the values have.")
    elif film.is_in_one_grey(voi):
        table = say("Ignored a VOI table that shows the whole radiograph in one grey.")
        window = say("Ignored a window that shows the whole radiograph in one grey.")
    else:
        return False
    film.notes.append(window if isinstance(voi, Window) else table)
    return True
