"""The viewer with what stands beneath it; a fragment, so that a change of look runs nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from camdash.app import widget_keys
from camdash.app.compare.answers import show_agreement
from camdash.app.films.caches import packed_values, radiograph_of, slope_maps_of
from camdash.app.films.device_turn import Waiting
from camdash.app.films.files import Film
from camdash.app.markdown import plain
from camdash.app.radiograph.about import about_image
from camdash.app.radiograph.downloads import offer_downloads, offer_slopes
from camdash.app.radiograph.together import answer_name
from camdash.app.results.of_each import say_of_each
from camdash.app.results.probabilities import offer_both_probabilities, offer_probabilities
from camdash.app.session import address, link
from camdash.app.session.stage import choose_stage, chosen_stage
from camdash.app.viewer import has_told, saved_settings, viewer
from camdash.app.viewer.from_analysis import picture_of, source_of, words_of
from camdash.app.viewer.from_comparison import sources_of, words_of_both
from camdash.app.viewer.from_slopes import sources_of_slopes
from camdash.app.viewer.modes import Mode
from camdash.app.viewer.payload import MapWords, Opening, Source, ViewerData, pack, unsent
from camdash.app.viewer.settings import ViewerSettings
from camdash.app.viewer.windowing import Windowing
from camdash.errors import CamdashError
from camdash.evidence.analysis import Analysis
from camdash.evidence.comparison import Comparison, compare
from camdash.evidence.slope_maps import SlopeMaps
from camdash.networks.gradients import METHODS
from camdash.networks.heads.head import Level
from camdash.rendering.files.export import Drawing
from camdash.rendering.looks import LOOKS
from camdash.rendering.panels import AVERAGE
from camdash.rendering.wording.removal import removal_words
from camdash.words.sentence import joined, say


@dataclass(frozen=True, eq=False)
class Prepared:
    """What the viewer is given, made before anything is drawn, so that it comes with the answer.

    Attributes:
        data: what is shown.
        sent: the same, packed.
        asked: what the browser had asked for then: preset, lossless, the radiograph's own values.
        comparison: of two checkpoints; None where one is shown alone.
        slopes: gradient-based maps, such as Grad-CAM's, where somebody asked for them.
        trouble: why there are none of those, where somebody did; else empty.
        unsent: the slots whose maps the browser does not have.
    """

    data: ViewerData
    sent: bytes
    asked: tuple[int, bool, bool]
    comparison: Comparison | None
    slopes: SlopeMaps | None = None
    trouble: str = ""
    unsent: frozenset[str] = frozenset()


def prepare_maps(film: Film, results: tuple[Analysis, ...], waiting: Waiting) -> Prepared:
    """Make what `show_maps` gives to the viewer."""
    comparison = compare(results[0], results[1]) if len(results) > 1 else None
    stage = chosen_stage(results[0].checkpoint.card) if _has_slopes(results) else ""
    try:
        slopes = slope_maps_of(film, results[0].checkpoint, stage, waiting) if stage else None
    except CamdashError as error:
        return _prepared(
            film, results, comparison, None, say("There are no maps at {stage}. {error}", stage=stage, error=str(error))
        )
    return _prepared(film, results, comparison, slopes)


def _has_slopes(results: tuple[Analysis, ...]) -> bool:
    """Return whether gradient-based maps are offered: of one checkpoint whose head is not of several layers."""
    return len(results) == 1 and results[0].level == Level.A.value


def _prepared(
    film: Film, results: tuple[Analysis, ...], both: Comparison | None, slopes: SlopeMaps | None, trouble: str = ""
) -> Prepared:
    sources = sources_of(both) if both else tuple(source_of(one) for one in results if one.has_maps)
    more = () if slopes is None else sources_of_slopes(slopes)
    words = words_of_both(both) if both else words_of(results[0])
    data = _data(film, (*sources, *more), answer_name(film, results), words)
    return Prepared(data, pack(data), _asked(film), both, slopes, trouble, unsent(data))


@st.fragment
def show_maps(
    film: Film, results: tuple[Analysis, ...], prepared: Prepared, table: DeltaGenerator | None = None
) -> None:
    """Show viewer, facts and downloads of one checkpoint, or of two that are compared; the radiograph in any case.

    The table of all classes stands in a place above, and follows what is looked for in the viewer. A run of the
    fragment alone prepares anew what the browser asks for.
    """
    if table is not None:
        _show_table(table, results, prepared.comparison)
    radiograph = radiograph_of(film)
    if prepared.asked != _asked(film) or prepared.unsent & _seen():
        prepared = _prepared(film, results, prepared.comparison, prepared.slopes, prepared.trouble)
    data = prepared.data
    names = _names(data.sources)
    settings = viewer(prepared.sent, key=widget_keys.VIEWER).about(data.windowing.image, len(radiograph.presets))
    told = has_told(widget_keys.VIEWER) and settings.token == data.opening.token
    link.write(_address(settings, data.sources, names) if told else _gone(data.sources, names))
    both = prepared.comparison
    _say_how_exact(results)
    with st.container(horizontal=True, vertical_alignment="top"):
        about_image(film, results)
        slots = {*settings.panels, settings.focus}
        in_view = {names[slot].casefold() for slot in slots if slot in names} | {AVERAGE.casefold()}
        method = next((one for one in METHODS if one.id == settings.mode), None)
        if prepared.slopes and method:
            offer_slopes(film, radiograph, prepared.slopes, method, _drawing(settings))
        else:
            offer_downloads(film, radiograph, results, _drawing(settings), both, apart=settings.apart, in_view=in_view)
        if _has_slopes(results):
            choose_stage(results[0].checkpoint.card)
    if prepared.trouble:
        st.warning(plain(prepared.trouble))
    if both:
        show_agreement(both)


def _show_table(place: DeltaGenerator, results: tuple[Analysis, ...], comparison: Comparison | None) -> None:
    sought = saved_settings(widget_keys.VIEWER).sought
    with place.container():
        if comparison:
            offer_both_probabilities(comparison, sought)
        else:
            offer_probabilities(results[0].prediction, sought, results[0].spread)


def _say_how_exact(results: tuple[Analysis, ...]) -> None:
    """Say what limits the maps, where the legend's own words promise more."""
    say_of_each([_how_exact(one) for one in results])


def _how_exact(analysis: Analysis) -> str:
    if analysis.exactness == Level.A.sentence:
        return ""
    return joined(" ", [analysis.exactness, removal_words(analysis)])


def _data(film: Film, sources: tuple[Source, ...], answer: str, words: MapWords) -> ViewerData:
    """Return what the viewer is given, after what it told in an earlier run."""
    radiograph = radiograph_of(film)
    preset, lossless, deep = _asked(film)
    picture = picture_of(film.name, radiograph, preset, lossless=lossless)
    windowing = Windowing(_image(film), radiograph, preset, packed_values(film.file) if deep else None)
    opening = _opening(_names(sources))
    asked = _seen() | {opening.slot, *opening.panels}
    return ViewerData(picture, windowing, sources, opening, answer, words, asked)


def _seen() -> frozenset[str]:
    """Return the slots of the panels that the browser shows, as it last told."""
    told = saved_settings(widget_keys.VIEWER)
    return frozenset({*told.panels, told.focus})


def _asked(film: Film) -> tuple[int, bool, bool]:
    """Return what the browser asked for of this radiograph: which preset, without losses, its own values."""
    told = saved_settings(widget_keys.VIEWER).about(_image(film), len(radiograph_of(film).presets))
    return told.preset, told.lossless, told.deep


def _image(film: Film) -> str:
    return film.sha256[:16]


def _drawing(settings: ViewerSettings) -> Drawing:
    """Return how downloads are drawn: as the viewer draws."""
    return Drawing(
        look=settings.look,
        opacity=settings.opacity,
        contrast=settings.mode == Mode.CONTRAST,
        smooth=settings.smooth,
        preset=settings.preset,
        window=settings.window,
        inverted=settings.inverted,
    )


def _names(sources: tuple[Source, ...]) -> dict[str, str]:
    """Return the name of the class in each slot."""
    return {one.slot: one.name for source in reversed(sources) for one in source.maps if one.slot != "average"}


def _opening(names: dict[str, str]) -> Opening:
    """Return with what the viewer starts: what the page's address asked for when the session began."""
    asked = link.asked()
    slot = next((slot for slot, name in names.items() if name == asked.class_name), asked.enlarged)
    return Opening(
        asked.view,
        slot,
        look=asked.look,
        show=asked.show,
        panels=asked.panels,
        smooth=not asked.grid,
        keeps=link.keeps(),
        token=link.token(),
        address=link.of_page(),
    )


def _address(settings: ViewerSettings, sources: tuple[Source, ...], names: Mapping[str, str]) -> dict[str, str | None]:
    """Return what the address says of the viewer."""
    return {
        address.VIEW: _view(settings, sources),
        address.CLASS: names.get(settings.focus),
        address.ENLARGED: settings.focus if settings.focus in address.NOT_CLASSES else None,
        **_drawn(settings),
    }


def _gone(sources: tuple[Source, ...], names: Mapping[str, str]) -> dict[str, str | None]:
    """Return what the address says of the viewer, and no map has any more: the browser has not told what it shows."""
    said = link.shown()
    seen = {address.VIEW: {str(mode) for mode in _modes(sources)}, address.CLASS: set(names.values())}
    return {key: None for key, there in seen.items() if key in said and said[key] not in there}


def _drawn(settings: ViewerSettings) -> dict[str, str | None]:
    """Return look, panels and cells for the address; the defaults need no mention."""
    chosen = settings.show == "choose"
    is_said = settings.show in address.SHOWS and settings.show != settings.look.panels
    return {
        address.LOOK: settings.look.id if settings.look is not LOOKS[0] else None,
        address.SHOW: settings.show if is_said else None,
        address.PANELS: ",".join(settings.panels) if chosen else None,
        address.CELLS: None if settings.smooth else "grid",
    }


def _view(settings: ViewerSettings, sources: tuple[Source, ...]) -> str | None:
    """Return the view for the address; the default needs no mention."""
    shown = settings.mode in _modes(sources) and settings.mode != Mode.EVIDENCE
    return settings.mode if shown else None


def _modes(sources: tuple[Source, ...]) -> set[str]:
    return {mode for source in sources for one in source.maps for mode in one.modes}
