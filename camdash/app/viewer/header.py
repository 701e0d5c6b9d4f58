"""The payload's header: what the browser is told beside the bytes. `js/header.d.ts` is made from these types."""

from typing import TypedDict


class PictureHeader(TypedDict):
    """The radiograph as it is sent: where its bytes are, and what it is called."""

    start: int
    length: int
    mime: str
    rows: int
    columns: int
    label: str


class WindowNumbers(TypedDict):
    """A window in the radiograph's own units."""

    centre: float
    width: float
    function: str


class PresetHeader(TypedDict):
    """A window to choose; of a `table` only the server can draw it."""

    name: str
    window: WindowNumbers
    table: bool


class WindowHeader(TypedDict):
    """How the radiograph is windowed.

    `kind` is the type of its values, `preset` the one its picture was drawn through, `bounds` the bytes where its
    values and its padding start, and their end.
    """

    image: str
    kind: str
    range: tuple[float, float]
    presets: list[PresetHeader]
    preset: int
    inverted: bool
    padded: bool
    bounds: tuple[int, int, int]


class LegendHeader(TypedDict):
    """What stands at the ends and in the middle of the color bar: see `scale.Legend`."""

    full: tuple[str, str, str]
    brief: tuple[str, str, str]
    change: tuple[str, str, str]
    apart: tuple[str, str, str]


class LookHeader(TypedDict):
    """A look: see `scale.Look`. `start` is where its table starts."""

    id: str
    label: str
    spoken: str
    about: str
    reading: str
    change: str
    caption: str
    panels: str
    opacity: float
    fades: bool
    diverges: bool
    shared: bool
    legend: LegendHeader
    start: int


class ModeHeader(TypedDict):
    """What is said of the maps of a mode: see `modes.ModeWords`."""

    id: str
    label: str
    about: str
    total: str
    bar: str
    alone: str
    sum: str
    terms: tuple[str, str, str]
    reading: str
    readingApart: str
    isOneSided: bool
    isChange: bool


class ScaleHeader(TypedDict):
    """The values at the ends of the color table; `flat` says why nothing is drawn."""

    low: float
    high: float
    factor: float
    flat: str


class MapHeader(TypedDict):
    """A map and what is said of it: see `payload.ViewerMap`. `start` is where its grid starts; -1 where it is not sent.

    Its scales by mode and look: with all that are shown, and `apart` with those of its own checkpoint; by mode alone
    where its grid is not sent.
    """

    id: str
    slot: str
    isClass: bool
    name: str
    predicted: bool
    share: str
    mark: str
    probability: float | None
    evidence: float | None
    bias: float | None
    unplaced: float | None
    logit: float | None
    note: str
    caption: str
    start: int
    scales: dict[str, dict[str, ScaleHeader]]
    apart: dict[str, dict[str, ScaleHeader]]


class AxisHeader(TypedDict):
    """How cells lie on the radiograph: cell = affine[0] * pixel + affine[1]; `seen` is the network's range of it."""

    cells: int
    affine: tuple[float, float]
    seen: tuple[int, int]


class SourceHeader(TypedDict):
    """A row of panels: see `payload.Source`. `axes`: rows and columns, none without maps; `peaks` by mode."""

    letter: str
    label: str
    noMaps: str
    axes: list[AxisHeader]
    maps: list[MapHeader]
    peaks: dict[str, float]


class OpeningHeader(TypedDict):
    """With what the viewer starts: see `payload.Opening`."""

    mode: str | None
    slot: str
    look: str | None
    show: str
    panels: list[str]
    smooth: bool
    keeps: bool
    token: str
    address: dict[str, str]


class WordsHeader(TypedDict):
    """What the browser says by itself, its figures in braces: see `words.WORDS`."""

    radiograph: str
    theRadiograph: str
    pixels: str
    lossless: str
    compressed: str
    copy: str
    inverted: str
    windowed: str
    loading: str
    nowLoading: str
    custom: str
    default: str
    defaultOf: str
    overlayOf: str
    heatMapOf: str
    predicted: str
    predictedClass: str
    probability: str
    mapOf: str
    unknownClass: str
    pixelAt: str
    here: str
    partOf: str
    partOfTerm: str
    unseen: str
    seenByOne: str
    strength: str
    strengths: str
    ownScales: str
    oneScale: str
    largerScale: str
    higherPeak: str
    useOneScale: str
    giveOwnScales: str
    colorBar: str
    findInList: str
    partOfClasses: str
    noSuchClass: str
    loadingMap: str
    allClasses: str
    topClasses: str
    mostProbable: str
    everyClass: str
    threeOfClass: str
    percent: str
    copyLink: str
    linkCopied: str
    linkWithoutUpload: str


class Header(TypedDict):
    """All of it."""

    words: WordsHeader
    picture: PictureHeader
    window: WindowHeader
    looks: list[LookHeader]
    modes: list[ModeHeader]
    totals: str
    sources: list[SourceHeader]
    opening: OpeningHeader
    answer: str
