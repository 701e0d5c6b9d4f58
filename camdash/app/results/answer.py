"""The answer in words, with its chart."""

import streamlit as st

from camdash.app import widget_keys
from camdash.app.language import page_catalog, tr, tr_many
from camdash.app.markdown import plain, unbroken
from camdash.app.results.familiarity_notice import is_unfamiliar, show_familiarity, warn_if_unfamiliar
from camdash.app.results.probabilities import offer_probabilities
from camdash.evidence.analysis import Analysis, Prediction
from camdash.networks.cards.card import FIVE_CLASSES, Card
from camdash.rendering.charts import percent, softmax_chart
from camdash.rendering.ranks import rest_of, shown_classes

EVEN = 0.5
"""Below this probability of the predicted class the answer is called uncertain."""


def show_answer(analysis: Analysis) -> None:
    """Show the predicted class and its probability in words, and the softmax as bars."""
    warn_if_unfamiliar([analysis])
    words, bars = st.columns([2, 3], gap="medium", vertical_alignment="center")
    prediction = analysis.prediction
    with words, st.container(key="words"):
        headline = _headline(prediction)
        st.markdown(f"### :gray[{headline}]" if is_unfamiliar(analysis) else f"### {headline}")
        st.markdown(_runner_up(prediction))
        if len(prediction.class_names) > 1:
            st.caption(_choice(prediction))
        show_familiarity(analysis)
        say_guess(analysis.checkpoint.card)
    with bars:
        st.plotly_chart(
            softmax_chart(prediction, page_catalog()),
            key=widget_keys.SOFTMAX,
            config={"displayModeBar": False},
            alt=tr("Softmax: {figures}", figures=", ".join(_figures(prediction))),
        )
        offer_probabilities(prediction)


def say_guess(card: Card, letter: str = "") -> None:
    """Say beneath the answer what about it is a guess because there is no card; `letter`: whose, of two."""
    if card.guess:
        whose = f"{letter} · " if letter else ""
        where = tr("Name the classes on the page *Checkpoints*.") if "class_names" in card.assumed else ""
        st.caption(f":material/help: {whose}{plain(card.guess)} {where}".rstrip())


def _choice(prediction: Prediction) -> str:
    count = len(prediction.class_names)
    if prediction.class_names == FIVE_CLASSES:
        return tr("One of {count} body parts. The model always picks one.", count=count)
    return tr_many(
        "One of {count} class. The model always picks one.",
        "One of {count} classes. The model always picks one.",
        count,
    )


def _headline(prediction: Prediction) -> str:
    probability = unbroken(percent(float(prediction.probabilities[prediction.predicted])))
    return f"{plain(prediction.predicted_name)}, {probability}"


def _runner_up(prediction: Prediction) -> str:
    if len(prediction.class_names) < 2:
        return tr("This checkpoint has only one class, so it names that class for every image.")
    second = prediction.ranking[1]
    name, share = plain(prediction.class_names[second]), percent(float(prediction.probabilities[second]))
    if prediction.probabilities[prediction.predicted] < EVEN:
        return tr(
            "Runner-up {name}, {share}. Uncertain: no class reaches 50\u00a0%.",
            name=name,
            share=share,
        )
    return tr("Runner-up {name}, {share}", name=name, share=share)


def _figures(prediction: Prediction) -> list[str]:
    shown = shown_classes(prediction)
    rest = len(prediction.class_names) - len(shown)
    figures = [f"{prediction.class_names[k]} {percent(float(prediction.probabilities[k]))}" for k in shown]
    if not rest:
        return figures
    others = percent(rest_of(prediction, shown))
    return [*figures, tr_many("all {count} others {share}", "all {count} others {share}", rest, share=others)]
