"""The answer in words, with its chart."""

import streamlit as st

from camdash.app.familiar import familiarity_caption, warn_if_unfamiliar
from camdash.app.text import plain
from camdash.evidence.analysis import Analysis, Prediction, PredictionAlone
from camdash.rendering.charts import percent, softmax_chart

EVEN = 0.5
"""Below this probability of the predicted class the answer is called uncertain."""


def show_answer(analysis: Analysis | PredictionAlone) -> None:
    """Show the predicted class and its probability in words, and the softmax as bars."""
    if isinstance(analysis, Analysis):
        warn_if_unfamiliar([analysis])
    words, bars = st.columns([2, 3], gap="medium", vertical_alignment="center")
    prediction = analysis.prediction
    with words:
        st.markdown(f"### {_headline(prediction)}")
        st.markdown(_runner_up(prediction))
        if len(prediction.class_names) > 1:
            st.caption(f"Of the {len(prediction.class_names)} classes it knows; it names one of them for any image.")
        if isinstance(analysis, Analysis):
            st.caption(familiarity_caption(analysis))
    with bars:
        st.plotly_chart(
            softmax_chart(prediction),
            key="softmax",
            config={"displayModeBar": False},
            alt="Softmax: " + ", ".join(_figures(prediction)),
        )


def _headline(prediction: Prediction) -> str:
    return f"{plain(prediction.predicted_name)}, {percent(float(prediction.probabilities[prediction.predicted]))}"


def _runner_up(prediction: Prediction) -> str:
    if len(prediction.class_names) < 2:
        return "This checkpoint has only one class, so it names that class for every image."
    second = prediction.ranking[1]
    text = f"Runner-up {plain(prediction.class_names[second])}, {percent(float(prediction.probabilities[second]))}"
    if prediction.probabilities[prediction.predicted] < EVEN:
        text += ". Uncertain: no class reaches half."
    return text


def _figures(prediction: Prediction) -> list[str]:
    pairs = zip(prediction.class_names, prediction.probabilities, strict=True)
    return [f"{name} {percent(float(probability))}" for name, probability in pairs]
