import json
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from camdash.networks.architectures.split import CHECK_SHAPE
from tests.app.conftest import viewers
from tests.app.mapless import save_mapless
from tests.app.uploads_list import answers, looked_at, names, open_row
from tests.conftest import image_bytes, opencv_bytes, random_network, save_checkpoint, save_state_dict, speckle
from tests.support.state import remembered, tell_settings

CHECK = (1, 1, *CHECK_SHAPE)


def analysed(passes: list[tuple[int, ...]]) -> int:
    """Count the radiographs that went through a network, without the check of a checkpoint at its loading."""
    return sum(shape[0] for shape in passes if shape != CHECK)


def texts(page: AppTest) -> str:
    shown = [*page.markdown, *page.caption, *page.error, *page.warning]
    return " ".join(str(one.value) for one in shown)


def components(page: AppTest) -> list[str]:
    return [one.proto.component_name for one in page.get("bidi_component")]


def upload(page: AppTest, *files: tuple[str, bytes]) -> AppTest:
    return page.file_uploader(key="uploads").set_value([(name, data, "image/png") for name, data in files]).run()


def film(seed: int = 0) -> bytes:
    return image_bytes(speckle(40 + seed, 30))


def test_the_first_screen_shows_an_analysed_sample(page: AppTest, passes: list[tuple[int, ...]]) -> None:
    page.run()
    assert not page.exception
    assert any(one.value.startswith("### Part ") for one in page.markdown)
    assert len(page.get("plotly_chart")) == 1
    assert viewers(page) == 1
    assert analysed(passes) == 1


def test_the_chart_shows_every_class_of_the_checkpoint(page: AppTest) -> None:
    page.run()
    chart = json.loads(page.get("plotly_chart")[0].proto.spec)
    names = [name.replace("<b>▸ ", "").replace("</b>", "") for name in chart["data"][0]["y"]]
    assert names == [f"Part {k}" for k in range(5)]


def test_a_sample_is_one_click_away(page: AppTest, passes: list[tuple[int, ...]]) -> None:
    page.run()
    page.button(key="sample-foot").click().run()
    assert not page.exception
    assert analysed(passes) == 2
    page.button(key="sample-hand").click().run()
    assert analysed(passes) == 2


def test_an_upload_is_shown_at_once_and_a_sample_does_not_lose_it(page: AppTest, passes: list[tuple[int, ...]]) -> None:
    upload(page.run(), ("mine.png", film()))
    assert remembered(page).sample is None
    assert looked_at(page) == "mine.png"
    page.button(key="sample-hip").click().run()
    assert looked_at(page) is None
    open_row(page, 0)
    assert looked_at(page) == "mine.png"
    assert analysed(passes) == 3


def test_many_uploads_are_all_analysed_and_listed(page: AppTest, passes: list[tuple[int, ...]]) -> None:
    upload(page.run(), *((f"film{k}.png", film(k)) for k in range(4)))
    assert not page.exception
    assert analysed(passes) == 1 + 4
    assert names(page) == [f"film{k}.png" for k in range(4)]
    assert all(answer.startswith("Part ") and answer.endswith(" %") for answer in answers(page))


def test_one_bad_file_is_named_with_its_reason_and_the_others_are_analysed(page: AppTest) -> None:
    upload(page.run(), ("empty.png", b""), ("good.png", film()), ("text.png", b"dear sir"))
    assert not page.exception
    assert "The file is empty" in texts(page)
    assert answers(page)[0::2] == ["cannot be read", "cannot be read"]
    open_row(page, 2)
    assert "not an image" in texts(page)
    open_row(page, 1)
    assert not page.error


def test_odd_pictures_give_a_result_or_a_sentence_but_no_traceback(page: AppTest) -> None:
    ramp = image_bytes(np.tile(np.arange(256, dtype=np.uint8), (40, 1)))
    jpeg = image_bytes(speckle(64, 64), "JPEG")
    one = image_bytes(np.zeros((1, 1), np.uint8))
    files = [("one.png", one), ("ramp.png", ramp), ("cut.jpg", jpeg[: len(jpeg) // 2])]
    upload(page.run(), *files)
    for index in range(3):
        open_row(page, index)
        assert not page.exception
        assert len(page.get("plotly_chart")) + len(page.error) == 1


def test_a_film_of_extreme_values_spoils_no_other(page: AppTest) -> None:
    extreme = np.array([[-3e38, 3e38], [0, 1e20]], np.float32)
    upload(page.run(), ("bad.tif", opencv_bytes(extreme, ".tif")), ("good.png", film()))
    assert not page.exception
    assert len(answers(page)) == 2
    assert "Part" in answers(page)[1]


def test_removing_an_upload_keeps_the_film_that_is_looked_at(page: AppTest) -> None:
    files = [(f"film{k}.png", film(k), "image/png") for k in range(3)]
    page.run()
    page.file_uploader(key="uploads").set_value(files).run()
    open_row(page, 1)
    before = list(remembered(page).known_uploads)
    page.file_uploader(key="uploads").set_value(files[1:]).run()
    assert len(before) == 3
    assert not page.exception
    assert looked_at(page) in ("film1.png", "film2.png")


def test_a_file_name_is_shown_letter_by_letter(page: AppTest) -> None:
    upload(page.run(), ("![x](http://example.invalid/y.png)<b>.png", b""))
    shown = page.error[0].value
    assert shown.startswith("`![x](http://example.invalid/y.png)<b>.png` was not analysed")


def test_another_checkpoint_analyses_once_and_coming_back_costs_nothing(
    page: AppTest, passes: list[tuple[int, ...]]
) -> None:
    page.run()
    first, second = page.selectbox(key="checkpoint").options
    page.selectbox(key="checkpoint").select(second).run()
    assert analysed(passes) == 2
    assert len(json.loads(page.get("plotly_chart")[0].proto.spec)["data"][0]["y"]) == 7
    page.selectbox(key="checkpoint").select(first).run()
    assert analysed(passes) == 2


@pytest.mark.parametrize("engine", ["torch", "onnx"])
def test_only_a_new_image_or_checkpoint_costs_a_pass_whatever_engine_runs(
    page: AppTest, passes: list[tuple[int, ...]], monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    monkeypatch.setenv("CAMDASH_ENGINE", engine)
    upload(page.run(), ("mine.png", film()))
    assert len(passes) == 2
    tell_settings(page, {"look": "classic", "opacity": 0.5})
    page.run()
    page.button(key="sample-hand").click().run()
    assert len(passes) == 2
    first, second = page.selectbox(key="checkpoint").options
    page.selectbox(key="checkpoint").select(second).run()
    page.selectbox(key="checkpoint").select(first).run()
    assert not page.exception
    said = texts(page).replace("\\", "")
    assert {"torch": "Engine: PyTorch", "onnx": "Engine: ONNX Runtime"}[engine] in said
    assert len(passes) >= 3


def test_nothing_in_the_look_runs_the_network(page: AppTest, passes: list[tuple[int, ...]]) -> None:
    page.run()
    before = len(passes)
    for settings in ({"look": "classic", "opacity": 0.5}, {"mode": "contrast"}, {"smooth": False}, {"lossless": True}):
        tell_settings(page, settings)
        page.run()
        assert not page.exception
    assert len(passes) == before


def test_a_checkpoint_that_cannot_be_used_is_named_and_hides_no_other(checkpoints: Path, page: AppTest) -> None:
    (checkpoints / "broken.safetensors").write_bytes(b"nothing")
    page.run()
    assert not page.exception
    assert "not a whole safetensors file" in texts(page).replace("\\", "")
    assert len(page.selectbox(key="checkpoint").options) == 2


def test_without_any_checkpoint_the_page_says_what_to_do(checkpoints: Path, page: AppTest) -> None:
    for path in checkpoints.iterdir():
        path.unlink()
    page.run()
    assert not page.exception
    assert "no checkpoint" in page.error[0].value


def test_a_new_checkpoint_appears_without_a_restart(checkpoints: Path, page: AppTest) -> None:
    page.run()
    save_checkpoint(checkpoints, "third")
    page.run()
    names = [option.split(" · ")[0] for option in page.selectbox(key="checkpoint").options]
    assert names == ["first", "second", "third"]


@pytest.mark.parametrize(
    ("architecture", "headline", "guess"),
    [
        ("resnet34", "### Chest|### Hip|### Hand|### Foot", "No card: class names and input size are guesses."),
        ("resnet18", "### Class ", "No card: classes are only numbered, and the input size is a guess."),
    ],
)
def test_what_is_a_guess_is_said_beneath_the_answer_and_in_the_sidebar(
    checkpoints: Path, page: AppTest, architecture: str, headline: str, guess: str
) -> None:
    for path in checkpoints.iterdir():
        path.unlink()
    save_state_dict(checkpoints / "bare.pth", random_network(architecture).state_dict())
    page.run()
    assert any(one.value.startswith(tuple(headline.split("|"))) for one in page.markdown)
    said = [str(one.value).replace("\\", "") for one in page.caption]
    assert sum(guess in one for one in said) == 2
    assert any(guess in one and "Name the classes on the page *Checkpoints*." in one for one in said)


def test_a_card_leaves_nothing_to_be_guessed(page: AppTest) -> None:
    page.run()
    assert "guess" not in texts(page)


@pytest.mark.parametrize("value", ["nonsense", "cuda:99"])
def test_a_device_that_is_not_there_is_said(page: AppTest, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("CAMDASH_DEVICE", value)
    page.run()
    assert not page.exception
    assert value in page.error[0].value.replace("\\", "")


def test_a_network_without_exact_map_gives_prediction_chart_and_the_reason(checkpoints: Path, page: AppTest) -> None:
    for path in checkpoints.iterdir():
        path.unlink()
    save_mapless(checkpoints, "mapless")
    page.run()
    assert not page.exception
    assert len(page.get("plotly_chart")) == 1
    assert "no map" in page.info[0].value
    assert viewers(page) == 1


def test_arrows_go_from_one_upload_to_the_next(page: AppTest, passes: list[tuple[int, ...]]) -> None:
    upload(page.run(), *((f"film{k}.png", film(k)) for k in range(3)))
    assert page.button(key="arrow-previous").disabled
    page.button(key="arrow-next").click().run()
    assert looked_at(page) == "film1.png"
    remembered(page).listed_order = (remembered(page).known_uploads, (2, 1, 0))
    page.run()
    page.button(key="arrow-next").click().run()
    assert looked_at(page) == "film0.png"
    assert page.button(key="arrow-next").disabled
    assert analysed(passes) == 1 + 3


def test_without_several_uploads_there_are_no_arrows(page: AppTest) -> None:
    upload(page.run(), ("film.png", film()))
    assert not [one for one in page.button if one.key and one.key.startswith("arrow")]
