"""The page of checkpoints: for each file what was recognised, what was done to it, and whether it can be used."""

from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from camdash.app.checkpoints.card_permission import may_write
from camdash.app.checkpoints.choice import descriptions
from camdash.app.checkpoints.naming import offer_names, say_saved
from camdash.app.films.caches import intake_report
from camdash.app.films.device_turn import line
from camdash.app.language import localized, tr, tr_many
from camdash.app.markdown import plain
from camdash.errors import CamdashError
from camdash.networks.architectures.matching import KeyMatch
from camdash.networks.cards.card import GRAPH
from camdash.networks.catalog.checkpoints import checkpoint_folders
from camdash.networks.report import IntakeReport
from camdash.networks.text import printable
from camdash.settings import folder_faults
from camdash.words.sentence import joined, say, say_many

MOST_REFUSED = 300
"""Files that cannot be used and are listed one by one."""


def checkpoints_page() -> None:
    """Draw the intake report of every file in the checkpoint folders."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(tr("Refresh"), icon=":material/refresh:", help=tr("Rescan the checkpoint folders."))
        folders = ", ".join(printable(str(folder)) for folder in checkpoint_folders())
        found = tr("What was found in each file of {folders}, and whether it can be used.", folders=folders)
        st.caption(plain(found))
    say_saved()
    for fault in folder_faults():
        st.warning(plain(fault))
    looked = descriptions().look(checkpoint_folders())
    if not looked:
        st.info(tr("There is no checkpoint. Put one into the folder `checkpoints`."))
    refused = [one.entry for one in looked if one.error is not None]
    unshown = set(refused[MOST_REFUSED:])
    busy = st.container(key="busy")
    for entry in (one.entry for one in looked if one.entry not in unshown):
        place = st.empty()
        reading = tr("Reading and checking {file} …", file=plain(printable(entry.path.name)))
        try:
            with busy, st.spinner(reading):
                report, writes = intake_report(entry, partial(_wait, place)), may_write()
        except CamdashError as error:
            st.error(plain(str(error)))
            return
        place.empty()
        _show(report, writes=writes)
    if unshown:
        more = tr_many(
            "{count} more files cannot be used. `camdash checkpoints` lists them all.",
            "{count} more files cannot be used. `camdash checkpoints` lists them all.",
            len(unshown),
        )
        st.warning(more)


def _wait(place: DeltaGenerator, ahead: int) -> None:
    place.caption(line(ahead))


def _show(report: IntakeReport, *, writes: bool) -> None:
    icon = ":material/check_circle:" if report.usable else ":material/error:"
    with st.expander(_title(report), icon=icon, expanded=not report.usable):
        if report.error:
            st.error(plain(report.error))
        if report.recipe:
            st.caption(tr("To convert it, if you trust who made it:"))
            st.code(_code(report.recipe), language="python")
        if report.no_map:
            st.info(plain(report.no_map))
        for sentence in report.unused:
            st.warning(plain(sentence))
        if report.checkpoint:
            offer_names(report.checkpoint, writes=writes)
        st.markdown("\n".join(f"- **{name}**: {plain(text)}" for name, text in _facts(report)))
        if report.fields:
            rows = [{"field": one.name, "value": one.value, "from": localized(one.source)} for one in report.fields]
            titles = {"field": tr("field"), "value": tr("value"), "from": tr("from")}
            st.dataframe(rows, column_config=titles, hide_index=True)


def _title(report: IntakeReport) -> str:
    file = f"**{plain(printable(report.path.name))}**"
    if not report.usable:
        return tr("{file} cannot be used", file=file)
    if report.card is not None and "class_names" in report.card.assumed:
        return tr("{file} can be used · class names not known", file=file)
    return tr("{file} can be used", file=file)


def _facts(report: IntakeReport) -> list[tuple[str, str]]:
    facts: list[tuple[str, str | None]] = [
        (tr("Architecture"), report.architecture),
        (tr("Closest architecture"), report.compared_with if report.compared_with != report.architecture else None),
        (tr("Input channels"), None if report.channels is None else str(report.channels)),
        (tr("Parameters"), None if report.parameters is None else f"{report.parameters:,}"),
        (tr("Self-check"), _check(report)),
        (tr("Weight names"), _keys(report.keys) if report.keys else None),
        (tr("Ignored"), _listed(report.ignored, report.ignored_count)),
        (tr("Familiarity check"), report.familiarity or (say("no check") if report.usable else None)),
        (tr("Conversions"), joined("; ", report.conversions)),
        (tr("Guessed"), report.card.guess if report.card else None),
        (tr("Assumed"), report.assumptions),
        (tr("Stored as"), _stored(report)),
        ("sha256", report.sha256),
    ]
    return [(name, text) for name, text in facts if text]


def _code(recipe: str) -> str:
    """Return a recipe whose remark is in the page's language, and stays on the lines that the recipe has."""
    said = localized(recipe)
    return said if said.count("\n") == recipe.count("\n") else recipe


def _stored(report: IntakeReport) -> str | None:
    if report.stored_as is None:
        return None
    return say("{format}, {size:.1f} MB", format=report.stored_as, size=report.size / 2**20)


def _check(report: IntakeReport) -> str | None:
    if report.deviation is None:
        return None
    if report.architecture == GRAPH:
        return say(
            "evidence + bias meets the logits of the whole graph within {deviation} of the largest",
            deviation=f"{report.deviation:.1e}",
        )
    return say(
        "evidence + bias meets the logits of the network that camdash rebuilt from the weights within "
        "{deviation} of the largest",
        deviation=f"{report.deviation:.1e}",
    )


def _keys(keys: KeyMatch) -> str:
    words = [say_many("{count} match", "{count} match", keys.matched)]
    if missing := _listed(keys.missing, keys.missing_count):
        words.append(say("missing: {names}", names=missing))
    if unexpected := _listed(keys.unexpected, keys.unexpected_count):
        words.append(say("unexpected: {names}", names=unexpected))
    return joined("; ", words)


def _listed(names: tuple[str, ...], count: int) -> str:
    if not count:
        return ""
    listed, more = joined(", ", names), count - len(names)
    if more > 0:
        listed = say_many("{names} and {count} more", "{names} and {count} more", more, names=listed)
    return joined("", [count, " (", listed, ")"])
