"""The answer in words, with its chart."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from camdash.app import widget_keys
from camdash.app.language import localized, page_catalog, tr, tr_many
from camdash.app.markdown import plain
from camdash.app.results.familiarity_notice import is_unfamiliar, show_familiarity, warn_if_unfamiliar
from camdash.app.results.probabilities import has_table
from camdash.evidence.analysis import Analysis
from camdash.evidence.prediction import Prediction
from camdash.networks.cards.card import Card
from camdash.rendering.charts import answer_chart
from camdash.rendering.ranks import rest_of, shown_classes
from camdash.rendering.wording.answers import beside, choice, headline, percent, remark, title
from camdash.rendering.wording.ensembles import spread_words

LONGEST_LARGE = 40
"""Characters of an answer that is written large."""


def show_answer(analysis: Analysis) -> DeltaGenerator | None:
    """Show the answer in words, and the figures of all classes as bars; return the place of a table of all, if any."""
    warn_if_unfamiliar([analysis])
    words, bars = st.columns([2, 3], gap="medium", vertical_alignment="center")
    prediction = analysis.prediction
    with words, st.container(key="words"):
        answer = plain(headline(prediction))
        size = "###" if len(answer) <= LONGEST_LARGE else "#####"
        st.markdown(f"{size} :gray[{answer}]" if is_unfamiliar(analysis) else f"{size} {answer}")
        if more := remark(prediction):
            st.markdown(plain(more))
        if between := choice(prediction):
            st.caption(plain(between))
        if apart := spread_words(analysis):
            st.caption(plain(apart))
        show_familiarity(analysis)
        say_guess(analysis.checkpoint.card)
    with bars:
        st.plotly_chart(
            answer_chart(prediction, page_catalog()),
            key=widget_keys.SOFTMAX,
            config={"displayModeBar": False},
            alt=tr("{title}: {figures}", title=title(prediction), figures=", ".join(_figures(prediction))),
        )
        return st.empty() if has_table(len(prediction.class_names)) else None


def say_guess(card: Card, letter: str = "") -> None:
    """Say beneath the answer what about it is a guess because there is no card; `letter`: whose, of two."""
    if card.guess:
        whose = f"{letter} · " if letter else ""
        where = tr("Name the classes on the page *Checkpoints*.") if "class_names" in card.assumed else ""
        st.caption(f":material/help: {whose}{plain(card.guess)} {where}".rstrip())


def _figures(prediction: Prediction) -> list[str]:
    shown = shown_classes(prediction)
    others = len(prediction.class_names) - len(shown)
    figures = [f"{prediction.class_names[k]} {localized(beside(prediction, k))}" for k in shown]
    rest = rest_of(prediction, shown)
    if not others or rest is None:
        return figures
    return [*figures, tr_many("all {count} others {share}", "all {count} others {share}", others, share=percent(rest))]
