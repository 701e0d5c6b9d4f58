"""The page of checkpoints: for each file what was recognised, what was done to it, and whether it can be used."""

from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from camdash.app.checkpoints.card_permission import may_write
from camdash.app.checkpoints.choice import descriptions
from camdash.app.checkpoints.naming import offer_names, say_saved
from camdash.app.films.caches import reported
from camdash.app.films.turns import line
from camdash.app.markdown import plain
from camdash.errors import CamdashError
from camdash.networks.architectures.matching import KeyMatch
from camdash.networks.catalog.checkpoints import checkpoint_folders
from camdash.networks.report import IntakeReport
from camdash.networks.text import printable
from camdash.settings import folder_faults

MOST_REFUSED = 300
"""Files that cannot be used and are listed one by one."""


def checkpoints_page() -> None:
    """Draw the intake report of every file in the checkpoint folders."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Refresh", icon=":material/refresh:", help="Rescan the checkpoint folders.")
        folders = ", ".join(printable(str(folder)) for folder in checkpoint_folders())
        st.caption(plain(f"What was found in each file of {folders}, and whether it can be used."))
    say_saved()
    for fault in folder_faults():
        st.warning(plain(fault))
    looked = descriptions().look(checkpoint_folders())
    if not looked:
        st.info("There is no checkpoint. Put one into the folder `checkpoints`.")
    refused = [one.entry for one in looked if one.error is not None]
    unshown = set(refused[MOST_REFUSED:])
    busy = st.container(key="busy")
    for entry in (one.entry for one in looked if one.entry not in unshown):
        place = st.empty()
        try:
            with busy, st.spinner(f"Reading and checking {plain(printable(entry.path.name))} …"):
                report, writes = reported(entry, partial(_wait, place)), may_write()
        except CamdashError as error:
            st.error(plain(str(error)))
            return
        place.empty()
        _show(report, writes=writes)
    if unshown:
        st.warning(f"{len(unshown)} more files cannot be used. `camdash checkpoints` lists them all.")


def _wait(place: DeltaGenerator, ahead: int) -> None:
    place.caption(line(ahead))


def _show(report: IntakeReport, *, writes: bool) -> None:
    icon = ":material/check_circle:" if report.usable else ":material/error:"
    said = "can be used" if report.usable else "cannot be used"
    unnamed = report.usable and report.card is not None and "class_names" in report.card.assumed
    title = f"**{plain(printable(report.path.name))}** {said}{' · class names not known' if unnamed else ''}"
    with st.expander(title, icon=icon, expanded=not report.usable):
        if report.error:
            st.error(plain(report.error))
        if report.recipe:
            st.caption("To convert it, if you trust who made it:")
            st.code(report.recipe, language="python")
        if report.no_map:
            st.info(plain(report.no_map))
        if report.checkpoint:
            offer_names(report.checkpoint, writes=writes)
        st.markdown("\n".join(f"- **{name}**: {plain(text)}" for name, text in _facts(report)))
        if report.fields:
            rows = [{"field": one.name, "value": one.value, "from": one.source} for one in report.fields]
            st.dataframe(rows, hide_index=True)


def _facts(report: IntakeReport) -> list[tuple[str, str]]:
    facts: list[tuple[str, str | None]] = [
        ("Architecture", report.architecture),
        ("Closest architecture", report.compared_with if report.compared_with != report.architecture else None),
        ("Input channels", None if report.channels is None else str(report.channels)),
        ("Parameters", None if report.parameters is None else f"{report.parameters:,}"),
        ("Self-check", _check(report)),
        ("Weight names", _keys(report.keys) if report.keys else None),
        ("Ignored", _listed(report.ignored, report.ignored_count)),
        ("Familiarity check", report.familiarity or "no check"),
        ("Conversions", "; ".join(report.conversions)),
        ("Guessed", report.card.guess if report.card else None),
        ("Assumed", report.assumptions),
        ("Stored as", f"{report.stored_as}, {report.size / 2**20:.1f} MB" if report.stored_as else None),
        ("sha256", report.sha256),
    ]
    return [(name, text) for name, text in facts if text]


def _check(report: IntakeReport) -> str | None:
    if report.deviation is None:
        return None
    return (
        "evidence + bias meets the logits of the network that camdash rebuilt from the weights within "
        f"{report.deviation:.1e} of the largest"
    )


def _keys(keys: KeyMatch) -> str:
    words = [f"{keys.matched} match"]
    for label, names, count in (
        ("missing", keys.missing, keys.missing_count),
        ("unexpected", keys.unexpected, keys.unexpected_count),
    ):
        if listed := _listed(names, count):
            words.append(f"{label}: {listed}")
    return "; ".join(words)


def _listed(names: tuple[str, ...], count: int) -> str:
    if not count:
        return ""
    more = f" and {count - len(names)} more" if count > len(names) else ""
    return f"{count} ({', '.join(names)}{more})"
