"""Two checkpoints on one radiograph: both answers in words, the grouped softmax, and how far they agree."""

import streamlit as st

from camdash.app.familiar import warn_if_unfamiliar
from camdash.app.result import EVEN
from camdash.app.text import plain
from camdash.evidence.analysis import Analysis, Prediction
from camdash.evidence.comparison import Comparison, Difference
from camdash.rendering.agreement import change_words, correlation_words, signed
from camdash.rendering.charts import comparison_chart, percent


def show_comparison(comparison: Comparison) -> None:
    """Show both answers, whether they differ, and the softmax of both."""
    warn_if_unfamiliar([comparison.first, comparison.second])
    words, bars = st.columns(2, gap="medium", vertical_alignment="center")
    with words, st.container(key="answers"):
        st.markdown(f"##### {_answer('A', comparison.first)}")
        st.markdown(f"##### {_answer('B', comparison.second)}")
        st.markdown(_verdict(comparison))
        for sentence in filter(None, _remarks(comparison)):
            st.caption(sentence)
    with bars:
        st.plotly_chart(
            comparison_chart(comparison),
            key="softmax",
            config={"displayModeBar": False},
            alt=f"Softmax. {_figures('A', comparison.first)}. {_figures('B', comparison.second)}.",
        )


def show_agreement(comparison: Comparison) -> None:
    """Offer the agreement class by class, closed at first."""
    if not comparison.differences:
        return
    with st.expander("Agreement, class by class"):
        st.dataframe(
            {
                "class": [one.pair.name for one in comparison.differences],
                "maps": [correlation_words(one.correlation) for one in comparison.differences],
                "probability": [change_words(one, comparison) for one in comparison.differences],
                "logit": [_sum(one) for one in comparison.differences],
            },
            hide_index=True,
            key="agreement",
        )
        st.caption(
            "Correlation (Pearson) of the two maps of a class: 1 when both find evidence in the same places, 0 when "
            "they have nothing in common, −1 when they disagree everywhere. Strength is not compared. The change of "
            "the logit is that of the evidence plus that of the bias."
        )


def _answer(letter: str, analysis: Analysis) -> str:
    prediction = analysis.prediction
    answer = f"{plain(prediction.predicted_name)}, {percent(_highest(prediction))}"
    uncertain = "" if _highest(prediction) >= EVEN else " :gray[:small[uncertain, below 50 %]]"
    return f"{letter} · :gray[{plain(analysis.checkpoint.name)}] {answer}{uncertain}"


def _verdict(comparison: Comparison) -> str:
    before, after = comparison.first.prediction, comparison.second.prediction
    if not comparison.flips:
        return "**No flip**: both give the same answer."
    return (
        f":orange-badge[Flip] The answer changes from **{plain(before.predicted_name)}** to "
        f"**{plain(after.predicted_name)}**."
    )


def _remarks(comparison: Comparison) -> list[str]:
    """Return what else there is to say, a line each: agreement on both answers, and class lists that differ."""
    about = [
        line for one in comparison.differences if _is_answer(one, comparison) for line in _agreement(one, comparison)
    ]
    alone = [_alone("A", comparison.only_first), _alone("B", comparison.only_second)]
    if any(alone):
        alone.append("Probabilities and contrast use each checkpoint's own classes.")
    return [*about, " ".join(sentence for sentence in alone if sentence)]


def _is_answer(one: Difference, comparison: Comparison) -> bool:
    pair, first, second = one.pair, comparison.first.prediction, comparison.second.prediction
    return pair.first == first.predicted or pair.second == second.predicted


def _agreement(one: Difference, comparison: Comparison) -> tuple[str, str]:
    name = plain(one.pair.name)
    return (
        f"Maps of {name}: {plain(correlation_words(one.correlation))}.",
        f"Probability of {name}: {plain(change_words(one, comparison))}.",
    )


def _alone(letter: str, names: tuple[str, ...]) -> str:
    return f"Only {letter} knows {plain(', '.join(names))}." if names else ""


def _sum(one: Difference) -> str:
    evidence = round(one.logit, 2) - round(one.bias, 2)
    return f"{signed(evidence)} {signed(one.bias)[0]} {signed(one.bias)[1:]} = {signed(one.logit)}"


def _figures(letter: str, analysis: Analysis) -> str:
    prediction = analysis.prediction
    pairs = zip(prediction.class_names, prediction.probabilities, strict=True)
    return f"{letter}: " + ", ".join(f"{name} {percent(float(probability))}" for name, probability in pairs)


def _highest(prediction: Prediction) -> float:
    return float(prediction.probabilities[prediction.predicted])
