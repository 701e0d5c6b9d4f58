"""What changes the display alone, and what changes the prediction: a window does the one, inversion the other."""

import hashlib
import json

import numpy as np
from streamlit.testing.v1 import AppTest

from camdash.app.films.samples import sample
from tests.app.test_page import analysed, film, texts, upload
from tests.app.uploads_list import answers
from tests.conftest import opencv_bytes, speckle
from tests.support.state import tell_settings


def softmax(page: AppTest) -> str:
    """Return the chart's specification, which holds every probability."""
    return json.dumps(json.loads(page.get("plotly_chart")[0].proto.spec)["data"])


def invert(page: AppTest, name: str, wished: bool) -> AppTest:
    return page.toggle(key=f"invert-{sample(name).sha256[:16]}").set_value(wished).run()


def test_no_window_changes_the_prediction_or_runs_the_network(page: AppTest, passes: list[tuple[int, ...]]) -> None:
    page.run()
    before, answer = len(passes), softmax(page)
    image = sample("hand").sha256[:16]
    for settings in (
        {"image": image, "deep": True},
        {"image": image, "deep": True, "window": [40, 20, "LINEAR_EXACT"]},
        {"image": image, "window": [40, 20, "SIGMOID"], "inverted": True},
        {"image": image, "preset": 7},
        {"image": "of another", "preset": 1, "window": [40, 20, "LINEAR"]},
    ):
        tell_settings(page, settings)
        page.run()
        assert not page.exception
        assert softmax(page) == answer
    assert len(passes) == before


def test_a_deep_film_is_sent_whole_once_its_window_is_touched(page: AppTest, passes: list[tuple[int, ...]]) -> None:
    deep = opencv_bytes(speckle(60, 50, np.uint16), ".png")
    upload(page.run(), ("deep.png", deep))
    small, before = sent(page), len(passes)
    tell_settings(page, {"image": sha256(deep)[:16], "deep": True})
    page.run()
    assert not page.exception
    assert sent(page) > small + 60 * 50
    assert len(passes) == before


def sent(page: AppTest) -> int:
    """Return how many bytes the viewer is given."""
    given = {one.proto.component_name: one.proto.bytes for one in page.get("bidi_component")}
    return len(given["camdash_viewer"])


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_inverting_for_the_network_runs_it_once_more_and_is_said(page: AppTest, passes: list[tuple[int, ...]]) -> None:
    page.run()
    before, answer = analysed(passes), softmax(page)
    invert(page, "hand", True)
    assert not page.exception
    assert analysed(passes) == before + 1
    assert softmax(page) != answer
    assert "Inverted before the network saw it" in texts(page)
    invert(page, "hand", False)
    assert analysed(passes) == before + 1
    assert softmax(page) == answer
    assert "Inverted before" not in texts(page)


def test_an_image_keeps_its_inversion_and_others_do_not_have_it(page: AppTest, passes: list[tuple[int, ...]]) -> None:
    invert(page.run(), "hand", True)
    page.button(key="sample-foot").click().run()
    assert "Inverted before" not in texts(page)
    before = analysed(passes)
    page.button(key="sample-hand").click().run()
    assert "Inverted before" in texts(page)
    assert page.toggle(key=f"invert-{sample('hand').sha256[:16]}").value
    assert analysed(passes) == before


def test_the_page_says_what_the_file_is_and_that_it_may_hold_names(page: AppTest) -> None:
    upload(page.run(), ("mine.png", film()))
    said = texts(page).replace("\\", "")
    assert "PNG, 8 bits, 30 × 40 pixels" in said
    assert "may hold names or dates burned into its pixels" in said


def test_the_list_of_uploads_follows_an_inversion(page: AppTest, passes: list[tuple[int, ...]]) -> None:
    uploads = [film(seed) for seed in range(3)]
    upload(page.run(), *((f"{seed}.png", data) for seed, data in enumerate(uploads)))
    before, plain = analysed(passes), answers(page)
    assert analysed(passes) == before
    page.toggle(key=f"invert-{sha256(uploads[0])[:16]}").set_value(True).run()
    assert not page.exception
    assert analysed(passes) == before + 1
    assert answers(page)[0] != plain[0]
    assert answers(page)[1:] == plain[1:]
    page.toggle(key=f"invert-{sha256(uploads[0])[:16]}").set_value(False).run()
    assert analysed(passes) == before + 1
    assert answers(page) == plain
