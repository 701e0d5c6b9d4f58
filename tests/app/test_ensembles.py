"""An ensemble of two small networks on the real page: weights set by hand, so that means and spreads are known."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from camdash.networks.cards.output import Output
from tests.app.test_comparing import header
from tests.app.test_outputs import save, words_of
from tests.app.test_worklist import shown

NAMES = ("Hip", "Hand")


@pytest.fixture
def together(checkpoints: Path) -> Path:
    """An ensemble of two networks, the first in its folder; their logits are 3, 1 and 1, 1."""
    for path in checkpoints.iterdir():
        path.unlink()
    save(checkpoints, "one", NAMES, Output(), [3.0, 1.0])
    save(checkpoints, "two", NAMES, Output(), [1.0, 1.0], weight=[0.0, 0.001])
    path = checkpoints / "a-pair.ensemble.json"
    path.write_text(json.dumps({"members": ["one.safetensors", "two.safetensors"], "notes": "Two of them."}))
    return path


def test_an_ensemble_answers_with_the_mean_and_says_how_far_its_members_are_apart(
    together: Path, page: AppTest
) -> None:
    words = words_of(page.run())
    assert "Mean of 2 checkpoints. Standard deviation of their answers, in logits: " in words
    assert "mean of 2 checkpoints" in words
    assert "Two of them." in words
    maps = header(page)["sources"][0]["maps"]
    hip, hand = maps[:2]
    assert hip["bias"] == pytest.approx(2)
    assert hip["evidence"] == pytest.approx(0, abs=1e-6)
    assert hand["bias"] == pytest.approx(1)
    assert hand["evidence"] + hand["bias"] == pytest.approx(hand["logit"], abs=1e-5)
    # Without what both classes have in common, one says 1 for Hip, and two minus half of its evidence for Hand.
    differ = (1 + hand["evidence"]) / 2**0.5
    assert hip["note"] == hand["note"] == f"members differ by {differ:.2f}"
    assert not [one for one in page.radio if str(one.key).startswith("stage-")]
    page.selectbox(key="checkpoint").select_index(1).run()
    assert [one for one in page.radio if str(one.key).startswith("stage-")]


def test_this_image_is_checked_against_all_members(together: Path, page: AppTest) -> None:
    page.run()
    page.button(key="check-image").click().run()
    assert "The whole network, run on this very image, gives these logits within" in words_of(page)


def test_an_ensemble_is_compared_with_a_member_of_its_own(together: Path, page: AppTest) -> None:
    page.run()
    page.selectbox(key="second").select_index(0).run()
    words = words_of(page)
    assert "A · :gray[a-pair]" in words
    assert "B · :gray[one]" in words
    assert len(header(page)["sources"]) == 3


def test_the_worklist_lists_the_answers_of_an_ensemble(together: Path) -> None:
    listed = AppTest.from_function(shown, default_timeout=60).run()
    listed.button(key="list-samples").click().run()
    assert not listed.exception
    assert len(set(listed.dataframe[0].value["predicted"])) == 1


def test_an_ensemble_with_a_missing_member_is_named_and_the_members_stay(together: Path, page: AppTest) -> None:
    (together.parent / "two.safetensors").unlink()
    words = words_of(page.run())
    assert "a-pair.ensemble.json" in words
    assert "The member two.safetensors cannot be used." in words
    assert not header(page)["sources"][0]["maps"][0]["note"]
