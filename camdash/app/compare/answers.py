"""Two checkpoints on one radiograph: both answers in words, the grouped softmax, and how far they agree."""

from collections.abc import Iterator

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from camdash.app import widget_keys
from camdash.app.language import localized, page_catalog, tr, tr_many
from camdash.app.markdown import plain
from camdash.app.results.answer import say_guess
from camdash.app.results.familiarity_notice import is_unfamiliar, show_familiarity_of_two, warn_if_unfamiliar
from camdash.app.results.probabilities import has_table
from camdash.evidence.analysis import Analysis
from camdash.evidence.comparison import ClassPair, Comparison, Difference
from camdash.evidence.prediction import signed
from camdash.rendering.charts import comparison_chart
from camdash.rendering.ranks import MOST_BARS, all_rows
from camdash.rendering.wording.agreement import change_words, correlation_words, pair_words
from camdash.rendering.wording.answers import beside, choice, headline, is_uncertain, title

MOST_NAMED = 5
"""Classes of which it is said how far both agree."""
MOST_ALONE = 3
"""Classes that only one of two knows, by name."""
LONGEST = 60
"""Characters of two answers that are said once more where they differ."""


def show_comparison(comparison: Comparison) -> DeltaGenerator | None:
    """Show both answers, whether they differ, what cannot be compared without maps, and the softmax of both.

    Returns the place of a table of all probabilities, if there is to be one.
    """
    warn_if_unfamiliar([comparison.first, comparison.second])
    words, bars = st.columns(2, gap="medium", vertical_alignment="center")
    with words, st.container(key="answers"):
        st.markdown(f"##### {_answer('A', comparison.first)}")
        st.markdown(f"##### {_answer('B', comparison.second)}")
        st.markdown(_verdict(comparison))
        for sentence in filter(None, _remarks(comparison)):
            st.caption(sentence)
        show_familiarity_of_two([comparison.first, comparison.second])
        for letter, one in zip("AB", (comparison.first, comparison.second), strict=True):
            say_guess(one.checkpoint.card, letter)
    if all(one.prediction.probabilities is None for one in _both(comparison)):
        return None
    with bars:
        st.plotly_chart(
            comparison_chart(comparison, page_catalog()),
            key=widget_keys.SOFTMAX,
            config={"displayModeBar": False},
            alt=tr(
                "{titles}. {first}. {second}.",
                titles=", ".join(dict.fromkeys(localized(title(one.prediction)) for one in _both(comparison))),
                first=_figures("A", comparison.first),
                second=_figures("B", comparison.second),
            ),
        )
        return st.empty() if has_table(len(all_rows(comparison))) else None


def show_agreement(comparison: Comparison) -> None:
    """Offer the agreement class by class, closed at first."""
    if not comparison.differences:
        return
    with st.expander(tr("Agreement, class by class")):
        st.dataframe(
            {
                "class": [one.pair.name for one in comparison.differences],
                "maps": [localized(correlation_words(one.correlation)) for one in comparison.differences],
                "probability": [localized(change_words(one, comparison)) for one in comparison.differences],
                "logit": [_sum(one) for one in comparison.differences],
            },
            column_config={
                "class": tr("class"),
                "maps": tr("maps"),
                "probability": tr("probability"),
                "logit": tr("value, B − A") if comparison.first.prediction.values is not None else tr("logit, B − A"),
            },
            hide_index=True,
            key=widget_keys.AGREEMENT,
        )
        about = tr(
            "Correlation (Pearson) of the two maps of a class: 1 when both find evidence in the same places, 0 when "
            "they have nothing in common, −1 when they disagree everywhere. Strength is not compared. The "
            "difference of the logits (B − A) is that of the evidence plus that of the bias."
        )
        st.caption(about)


def missing_words(answers: Comparison) -> str:
    """Return the sentence that says what cannot be compared for lack of maps; empty where both have them."""
    lacking = [letter for letter, one in zip("AB", (answers.first, answers.second), strict=True) if not one.has_maps]
    if not lacking:
        return ""
    if len(lacking) == 1:
        return tr("{letter} has no maps, so there is no difference map and no agreement.", letter=lacking[0])
    return tr("Neither A nor B has maps, so there is no difference map and no agreement.")


def _answer(letter: str, analysis: Analysis) -> str:
    prediction = analysis.prediction
    answer = plain(headline(prediction))
    if is_unfamiliar(analysis):
        answer = f":gray[{answer}]"
    whole = f"{letter} · :gray[{plain(analysis.checkpoint.name)}] {answer}"
    if not is_uncertain(prediction):
        return whole
    uncertain = plain(tr("uncertain, below 50 %"))
    return f"{whole} :gray[:small[{uncertain}]]"


def _verdict(comparison: Comparison) -> str:
    first, second = comparison.first.prediction, comparison.second.prediction
    if comparison.is_same is None:
        return tr("The two answers cannot be compared: they are of different kinds, or name no class.")
    if not comparison.flips:
        return tr("Both give the same answer.")
    badge = plain(tr("Different answers"))
    if len(first.brief) + len(second.brief) > LONGEST:  # they stand just above
        return f":orange-badge[{badge}]"
    both = tr(
        "A says {first}, B says {second}.",
        first=f"**{plain(first.brief)}**",
        second=f"**{plain(second.brief)}**",
    )
    return f":orange-badge[{badge}] {both}"


def _remarks(comparison: Comparison) -> list[str]:
    """Return what else there is to say, a line each: agreement on both answers, and class lists that differ."""
    places = [place for place, pair in enumerate(comparison.pairs) if _is_answer(pair, comparison)][:MOST_NAMED]
    about = [line for place in places for line in _agreement(place, comparison)]
    alone = [_alone("A", comparison.only_first), _alone("B", comparison.only_second)]
    if not comparison.pairs and comparison.only_first and comparison.only_second:
        alone = [tr("A and B have no class in common.")]
    if any(alone):
        mapped = comparison.first.has_maps or comparison.second.has_maps
        alone.append(
            tr("Probabilities and contrast use each checkpoint's own classes.")
            if mapped
            else tr("Probabilities use each checkpoint's own classes.")
        )
    meaning = "" if comparison.has_one_meaning else _two_meanings(comparison)
    return [*about, meaning, missing_words(comparison), " ".join(sentence for sentence in alone if sentence)]


def _both(comparison: Comparison) -> tuple[Analysis, Analysis]:
    return comparison.first, comparison.second


def _two_meanings(comparison: Comparison) -> str:
    """Say that the figures of two kinds of output cannot be compared."""
    first, second = (plain(choice(one.prediction)) for one in (comparison.first, comparison.second))
    said = tr("The figures of A and B mean different things.")
    return f"{said} A: {first} B: {second}"


def _is_answer(pair: ClassPair, comparison: Comparison) -> bool:
    return pair.first in comparison.first.prediction.leading or pair.second in comparison.second.prediction.leading


def _agreement(place: int, comparison: Comparison) -> Iterator[str]:
    """Yield how probable a class is in both; how alike its maps are, where both have maps."""
    pair = comparison.pairs[place]
    name = plain(pair.name)
    if comparison.differences:
        alike = plain(correlation_words(comparison.differences[place].correlation))
        yield tr("Maps of {name}: {correlation}.", name=name, correlation=alike)
    said = plain(pair_words(pair, comparison))
    if comparison.first.prediction.probabilities is None or comparison.second.prediction.probabilities is None:
        yield tr("{name}: {figures}.", name=name, figures=said)
    else:
        yield tr("Probability of {name}: {figures}.", name=name, figures=said)


def _alone(letter: str, names: tuple[str, ...]) -> str:
    """Return which classes only one of two knows; empty for none."""
    if not names:
        return ""
    first, more = plain(", ".join(names[:MOST_ALONE])), len(names) - MOST_ALONE
    if more <= 0:
        return tr("Only {letter} knows {names}.", letter=letter, names=first)
    return tr_many(
        "Only {letter} knows {names} and {count} more classes.",
        "Only {letter} knows {names} and {count} more classes.",
        more,
        letter=letter,
        names=first,
    )


def _sum(one: Difference) -> str:
    others = [round(term, 2) for term in (one.bias, one.unplaced)][: 2 if one.unplaced else 1]
    evidence = round(one.logit, 2) - sum(others)
    return f"{' '.join([signed(evidence), *map(_added, others)])} = {signed(one.logit)}"


def _added(term: float) -> str:
    return f"{signed(term)[0]} {signed(term)[1:]}"


def _figures(letter: str, analysis: Analysis) -> str:
    prediction = analysis.prediction
    shown = prediction.ranking[:MOST_BARS]
    more = len(prediction.class_names) > len(shown)
    figures = ", ".join(f"{prediction.class_names[k]} {localized(beside(prediction, k))}" for k in shown)
    return tr("{letter}: {figures}, and others", letter=letter, figures=figures) if more else f"{letter}: {figures}"
