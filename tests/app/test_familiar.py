"""What the page says of an image that a checkpoint was not trained on, and the samples that show a shortcut."""

from pathlib import Path

import pytest
import torch
from streamlit.testing.v1 import AppTest

from camdash.app.results.familiarity_notice import distance_words
from camdash.evidence.analysis import Familiarity
from camdash.networks.cards.familiarity import FamiliarityCheck, unit, write_beside
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from tests.app.conftest import viewers
from tests.app.test_page import film, upload
from tests.app.uploads_list import listed
from tests.conftest import save_checkpoint
from tests.support.state import remembered, widget

NOT_TRUSTED = "This image is unlike the training images. Do not rely on this prediction."


def give_check(path: Path, threshold: float) -> None:
    vectors = unit(torch.rand(4, 512, generator=torch.Generator().manual_seed(2)))
    write_beside(path, describe(entry_of(path)).sha256, FamiliarityCheck(vectors, threshold))


def warnings(page: AppTest) -> str:
    return " ".join(str(one.value) for one in page.warning)


def captions(page: AppTest) -> str:
    return " ".join(str(one.value) for one in page.caption)


@pytest.mark.parametrize(("threshold", "warned"), [(0.0, True), (2.0, False)])
def test_the_page_warns_above_the_answer_of_an_unfamiliar_image_and_still_shows_everything(
    checkpoints: Path, page: AppTest, threshold: float, warned: bool
) -> None:
    give_check(checkpoints / "first.safetensors", threshold)
    page.run()
    assert not page.exception
    assert (NOT_TRUSTED in warnings(page)) is warned
    assert ("Unlike the training images." in captions(page)) is warned
    assert ("Resembles the training images. That does not make the answer right." in captions(page)) is not warned
    assert any(str(one.value).startswith("### :gray[") for one in page.markdown) is warned
    assert len(page.get("plotly_chart")) == 1
    assert viewers(page) == 1


@pytest.mark.parametrize(
    ("score", "threshold", "words"),
    [
        (0.0124, 0.02, "0.012, limit 0.020"),
        (0.0204, 0.02, "0.0204, limit 0.0200"),
        (0.02000004, 0.02, "0.020000, limit 0.020000"),
    ],
)
def test_distance_and_limit_have_the_decimals_that_tell_them_apart(score: float, threshold: float, words: str) -> None:
    assert distance_words(Familiarity(score, threshold)) == words


def test_a_checkpoint_without_a_check_says_so(page: AppTest) -> None:
    page.run()
    assert NOT_TRUSTED not in warnings(page)
    assert "This checkpoint cannot tell whether an image resembles its training images." in captions(page)


@pytest.mark.parametrize(
    ("unlike", "sentence"),
    [
        (["second"], "This image is unlike the training images of B. Do not rely on its prediction."),
        (["first", "second"], "This image is unlike the training images of A and B. Do not rely on these predictions."),
    ],
)
def test_in_a_comparison_it_is_said_which_of_the_two_is_not_to_be_trusted(
    checkpoints: Path, page: AppTest, unlike: list[str], sentence: str
) -> None:
    for name in unlike:
        give_check(checkpoints / f"{name}.safetensors", 0.0)
    page.query_params["with"] = "second"
    page.run()
    assert sentence in warnings(page)


@pytest.mark.parametrize(
    ("thresholds", "said"),
    [
        ((2.0, 2.0), "Resembles the training images of A and B. That does not make the answers right."),
        ((2.0, 0.0), "Resembles the training images of A. That does not make the answer right."),
        ((None, 2.0), "Resembles the training images of B. That does not make the answer right. A cannot tell whether"),
        ((None, None), "Neither A nor B can tell whether an image resembles its training images."),
    ],
)
def test_a_comparison_says_as_one_checkpoint_does_that_resembling_is_not_being_right(
    checkpoints: Path, page: AppTest, thresholds: tuple[float | None, float | None], said: str
) -> None:
    for name, threshold in zip(("first", "second"), thresholds, strict=True):
        if threshold is not None:
            give_check(checkpoints / f"{name}.safetensors", threshold)
    page.query_params["with"] = "second"
    page.run()
    assert not page.exception
    assert said in captions(page)


@pytest.mark.parametrize(
    ("unlike", "letters"),
    [(["first"], "A"), (["second"], "B"), (["first", "second"], "A and B")],
)
def test_the_lists_say_whose_training_images_an_upload_is_unlike(
    checkpoints: Path, page: AppTest, unlike: list[str], letters: str
) -> None:
    for name in ("first", "second"):
        give_check(checkpoints / f"{name}.safetensors", 0.0 if name in unlike else 2.0)
    page.query_params["with"] = "second"
    page.run()
    upload(page, ("one.png", film(1)), ("two.png", film(2)))
    assert not page.exception
    assert list(page.dataframe[-1].value["unlike"]) == [letters] * 2
    rows = listed(page)
    assert [row["state"] for row in rows] == ["unlike"] * 2
    assert all(row["about"].splitlines()[2] == f"Unlike the training images of {letters}." for row in rows)


def test_one_click_compares_with_the_shortcut_on_the_marked_hand(checkpoints: Path, page: AppTest) -> None:
    save_checkpoint(checkpoints, "shortcut")
    page.run()
    page.button(key="shortcut").click().run()
    assert not page.exception
    assert [widget(page, key).name for key in ("checkpoint", "second")] == ["first", "shortcut"]
    assert remembered(page).sample == "hand_marked"


def test_where_the_shortcut_is_not_there_it_is_not_offered(page: AppTest) -> None:
    page.run()
    assert "shortcut" not in [button.key for button in page.button]
