import io
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from camdash.evidence.analysis import Analysis, PlacedMaps, analyse
from camdash.evidence.comparison import compare
from camdash.evidence.maps import EvidenceMaps
from camdash.evidence.slope_maps import SlopeMaps
from camdash.images.radiograph import Radiograph
from camdash.images.window import Preset, VoiFunction, VoiLut, Window
from camdash.networks.cards.card import Fit, Preprocessing
from camdash.networks.gradients import GRAD_CAM
from camdash.rendering.enlarge import enlarge
from camdash.rendering.files.export import (
    MOST_OVERLAYS,
    WARNING,
    Drawing,
    difference_name,
    difference_png,
    export_files,
    file_name,
    maps_npz,
    npz_name,
    overlay_png,
    overlays,
    shown,
    slopes_name,
    slopes_png,
    stem_of,
)
from camdash.rendering.looks import CLASSIC, EVIDENCE, LOOKS, OWN_SCALE
from camdash.rendering.overlay import overlay
from camdash.rendering.scale import Scale
from tests.conftest import loaded, radiograph, speckle
from tests.support.small import softmax_of

SHA256 = "ab" * 32


@pytest.fixture
def film() -> Radiograph:
    return radiograph(speckle(70, 50))


@pytest.fixture
def analysis(film: Radiograph) -> Analysis:
    pooling = nn.AvgPool2d(8)
    checkpoint = loaded(
        pooling, torch.tensor([[1.0], [-2.0], [0.5]]), (0.1, 0.2, 0.3), Preprocessing((64, 48), Fit.PAD)
    )
    return analyse(film, checkpoint)


def test_each_map_becomes_a_png_of_the_radiographs_own_size(film: Radiograph, analysis: Analysis) -> None:
    files = dict(export_files("hand 7", SHA256, film, analysis))
    pictures = [Image.open(io.BytesIO(content)) for name, content in files.items() if name.endswith(".png")]
    assert len(pictures) == 4
    assert {picture.size for picture in pictures} == {(50, 70)}
    assert {picture.mode for picture in pictures} == {"RGB"}


def test_the_raw_maps_hold_what_adds_up_to_the_logits(analysis: Analysis) -> None:
    archive = np.load(io.BytesIO(maps_npz(analysis, SHA256)))
    assert archive["maps"].dtype == np.float32
    np.testing.assert_allclose(archive["maps"].mean(axis=(1, 2)) + archive["bias"], archive["logits"], rtol=1e-5)
    assert archive["class_names"].tolist() == ["Part 0", "Part 1", "Part 2"]
    assert str(archive["checkpoint_sha256"]) == "0" * 64
    assert str(archive["image_sha256"]) == SHA256
    assert not archive["inverted"]
    assert np.load(io.BytesIO(maps_npz(analysis, SHA256, inverted=True)))["inverted"]


def test_the_raw_maps_hold_the_level_and_what_has_no_place(analysis: Analysis) -> None:
    plain = np.load(io.BytesIO(maps_npz(analysis, SHA256)))
    assert str(plain["level"]) == "A"
    assert not plain["unplaced"].any()
    maps = EvidenceMaps(analysis.maps.maps, analysis.maps.bias, np.array([1.0, -0.5, 0.25], np.float32))
    prediction = softmax_of(analysis.prediction.class_names, maps)
    parted = replace(analysis, prediction=prediction, placed=PlacedMaps(maps, analysis.placement), level="C")
    archive = np.load(io.BytesIO(maps_npz(parted, SHA256)))
    sums = archive["maps"].mean(axis=(1, 2)) + archive["bias"] + archive["unplaced"]
    np.testing.assert_allclose(sums, archive["logits"], rtol=1e-5)
    assert str(archive["level"]) == "C"


def test_no_two_drawings_share_a_file_name(analysis: Analysis) -> None:
    drawings = [Drawing(), Drawing(opacity=0.3), Drawing(CLASSIC), Drawing(contrast=True), Drawing(smooth=False)]
    drawings += [Drawing(preset=1), Drawing(window=Window(90, 60)), Drawing(window=Window(90, 61))]
    drawings += [Drawing(inverted=True), Drawing(window=Window(90, 60, VoiFunction.SIGMOID))]
    other = replace(analysis, checkpoint=replace(analysis.checkpoint, sha256="1" * 64))
    names = [file_name("x", SHA256, one, drawing, "class-0") for one in (analysis, other) for drawing in drawings]
    names.append(file_name("x", "cd" * 32, analysis, Drawing(), "class-0"))
    assert len(set(names)) == len(names)


def test_a_file_name_cannot_leave_its_folder(analysis: Analysis) -> None:
    name = file_name("../../etc/pass wd\n", SHA256, analysis, Drawing(), "class-1")
    assert "/" not in name
    assert "\n" not in name
    assert not name.startswith(".")


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("hand.png", "hand"),
        ("a.b.png", "a.b"),
        ("1.2.840.113619.dcm", "1.2.840.113619"),
        ("study.v1/IM0001", "study.v1/IM0001"),
        ("study.v1/a.b.png", "study.v1/a.b"),
        ("IM0001", "IM0001"),
        (".png", ".png"),
        ("film.", "film"),
        ("", ""),
    ],
)
def test_only_the_ending_of_a_file_is_left_out_of_the_names_of_its_files(
    name: str, stem: str, analysis: Analysis
) -> None:
    assert stem_of(name) == stem
    kept = stem.replace("/", "-").strip("-.") or "image"
    assert file_name(stem_of(name), SHA256, analysis, Drawing(), "class-0").startswith(f"{kept}_known_class-part-0_")
    assert npz_name(stem_of(name), SHA256, analysis).startswith(f"{kept}_known_maps_")


def test_one_overlay_is_the_same_alone_and_among_all(film: Radiograph, analysis: Analysis) -> None:
    drawing = Drawing(look=OWN_SCALE, opacity=0.6)
    among_all = dict(overlays(film, analysis, drawing))
    for map_id, picture in among_all.items():
        alone = np.asarray(Image.open(io.BytesIO(overlay_png(film, analysis, drawing, map_id))))
        np.testing.assert_array_equal(alone, picture)


def test_without_opacity_the_overlay_is_the_radiograph(film: Radiograph, analysis: Analysis) -> None:
    for look in LOOKS:
        for _, picture in overlays(film, analysis, Drawing(look=look, opacity=0)):
            np.testing.assert_array_equal(picture, np.repeat(film.display()[:, :, None], 3, axis=2))


def strengthened(analysis: Analysis, by: np.float32 | np.ndarray) -> Analysis:
    maps = replace(analysis.maps, maps=analysis.maps.maps * by)
    return replace(analysis, placed=PlacedMaps(maps, analysis.placement))


def test_beside_a_stronger_checkpoint_the_same_map_is_drawn_paler(film: Radiograph, analysis: Analysis) -> None:
    stronger = strengthened(analysis, np.float32(4))
    grey = film.display()[:, :, None].astype(int)
    alone = np.asarray(Image.open(io.BytesIO(overlay_png(film, analysis, Drawing(), "class-1"))))
    beside = np.asarray(Image.open(io.BytesIO(overlay_png(film, analysis, Drawing(), "class-1", [stronger]))))
    assert np.abs(beside - grey).mean() < 0.5 * np.abs(alone - grey).mean()
    with_other = file_name("x", SHA256, analysis, Drawing(), "class-1", [stronger])
    assert with_other != file_name("x", SHA256, analysis, Drawing(), "class-1")


def test_a_difference_is_drawn_on_the_scale_of_all_differences(film: Radiograph, analysis: Analysis) -> None:
    other = strengthened(analysis, np.array([[[3]], [[2]], [[1]]], np.float32))
    comparison = compare(analysis, other)
    drawing = Drawing(opacity=0.7)
    changes = [other.maps.maps[k] - analysis.maps.maps[k] for k in range(3)]
    limit = max(float(np.abs(change).max()) for change in changes)
    for place, change in enumerate(changes):
        flat = "nothing changes" if place == 2 else ""
        scale = Scale(EVIDENCE, -limit, limit, flat=flat)
        expected = overlay(film.display(), enlarge(change, analysis.placement), scale, 0.7)
        found = np.asarray(Image.open(io.BytesIO(difference_png(film, comparison, drawing, place))))
        np.testing.assert_array_equal(found, expected)
    names = {difference_name("x", SHA256, comparison, one, k) for one in (drawing, Drawing()) for k in range(3)}
    assert len(names) == 6
    assert all(name.startswith("x_known-to-known_difference-part-") for name in names)


def test_a_map_of_grad_cam_is_drawn_on_the_scale_of_all_classes(film: Radiograph, analysis: Analysis) -> None:
    maps = np.maximum(analysis.maps.maps, 0)
    found = SlopeMaps({GRAD_CAM.id: maps}, analysis.prediction, analysis.placement, analysis.checkpoint, "layer3")
    limit = float(maps.max())
    for place in range(3):
        expected = overlay(
            film.display(), enlarge(maps[place], analysis.placement), Scale(EVIDENCE, -limit, limit), 0.7
        )
        picture = np.asarray(Image.open(io.BytesIO(slopes_png(film, found, GRAD_CAM, Drawing(opacity=0.7), place))))
        np.testing.assert_array_equal(picture, expected)
    staged = [replace(found, stage=stage) for stage in "ab"]
    names = {slopes_name("x", SHA256, one, GRAD_CAM, Drawing(), k) for one in staged for k in range(3)}
    assert len(names) == 6
    assert all(name.startswith(("x_known_grad-cam-a-part-", "x_known_grad-cam-b-part-")) for name in names)


def test_a_radiograph_is_drawn_through_the_window_that_is_asked_for() -> None:
    own = (
        Preset("Table 1", Window.between(0, 255), VoiLut(0, np.array([0, 0, 1], np.uint16), 1)),
        Preset("Window 1", Window.between(0, 102)),
    )
    film = Radiograph(np.array([[0, 2, 51, 102]], np.uint8), own[0].window, "drawn", lut=own[0].lut, own_presets=own)
    np.testing.assert_array_equal(shown(film, Drawing()), [[0, 255, 255, 255]])
    np.testing.assert_array_equal(shown(film, Drawing(preset=1)), [[0, 5, 128, 255]])
    np.testing.assert_array_equal(shown(film, Drawing(window=Window.between(2, 51))), [[0, 0, 255, 255]])
    np.testing.assert_array_equal(shown(film, Drawing(preset=1, inverted=True)), [[255, 250, 128, 0]])


def test_an_overlay_lies_over_the_window_that_is_asked_for(film: Radiograph, analysis: Analysis) -> None:
    drawing = Drawing(opacity=0, window=Window(90, 60))
    grey = np.clip((film.values - 60.0) / 60, 0, 1) * 255
    alone = np.asarray(Image.open(io.BytesIO(overlay_png(film, analysis, drawing, "class-1"))))
    np.testing.assert_allclose(alone, np.repeat(grey[:, :, None], 3, axis=2), atol=0.5001)
    for _, picture in overlays(film, analysis, drawing):
        np.testing.assert_array_equal(picture, alone)


def test_a_picture_warns_of_burned_in_names_unless_the_file_says_that_there_are_none(
    film: Radiograph, analysis: Analysis
) -> None:
    safe = replace(film, may_hold_names=False)
    warned, silent = (
        Image.open(io.BytesIO(overlay_png(one, analysis, Drawing(), "class-1"))).info for one in (film, safe)
    )
    assert warned["Warning"] == WARNING
    assert "Warning" not in silent


def test_of_one_class_there_is_no_average_and_no_contrast_to_take_away(film: Radiograph) -> None:
    one = analyse(film, loaded(nn.AvgPool2d(8), torch.tensor([[1.0]]), (0.1,), Preprocessing((64, 48), Fit.PAD)))
    names = [name for name, _ in export_files("hand", SHA256, film, one)]
    assert [name.rpartition(".")[2] for name in names] == ["png", "npz"]
    assert "class-part-0" in names[0]
    ((map_id, contrasted),) = overlays(film, one, Drawing(contrast=True))
    ((_, plain),) = overlays(film, one, Drawing())
    assert map_id == "class-0"
    np.testing.assert_array_equal(contrasted, plain)
    content = np.load(io.BytesIO(maps_npz(one, SHA256)))
    np.testing.assert_allclose(content["average"], content["maps"][0])


def test_no_file_name_is_too_long_for_a_file_system(film: Radiograph) -> None:
    long = "Ä".join(["very long name"] * 30)
    checkpoint = loaded(nn.AvgPool2d(8), torch.tensor([[1.0], [2.0]]), (0.1, 0.2), Preprocessing((64, 48), Fit.PAD))
    card = replace(checkpoint.checkpoint.card, class_names=(f"{long} 1", f"{long} 2"))
    one = analyse(film, replace(checkpoint, checkpoint=replace(checkpoint.checkpoint, name=long, card=card)))
    names = [name for name, _ in export_files(long, SHA256, film, one)]
    names += [file_name(long, SHA256, one, Drawing(look), "contrast-0", [one]) for look in LOOKS]
    names.append(difference_name(long, SHA256, compare(one, one), Drawing(OWN_SCALE), 0))
    assert max(len(name.encode()) for name in names) <= 255


def test_classes_whose_names_look_alike_in_a_file_name_have_a_file_each(film: Radiograph) -> None:
    checkpoint = loaded(nn.AvgPool2d(8), torch.tensor([[1.0], [2.0]]), (0.1, 0.2), Preprocessing((64, 48), Fit.PAD))
    for pair in (("手", "足"), ("a/b", "a b"), ("x" * 99 + "1", "x" * 99 + "2")):
        card = replace(checkpoint.checkpoint.card, class_names=pair)
        one = analyse(film, replace(checkpoint, checkpoint=replace(checkpoint.checkpoint, card=card)))
        names = [name for name, _ in export_files("hand", SHA256, film, one)]
        assert len(set(names)) == len(names) == 4


def test_of_very_many_classes_the_overlays_of_the_most_probable_ones_are_made_on_the_scale_of_all(
    film: Radiograph,
) -> None:
    weights = torch.randn(70, 1, generator=torch.Generator().manual_seed(2))
    of_seventy = loaded(nn.AvgPool2d(8), weights, [0.0] * 70, Preprocessing((64, 48), Fit.PAD))
    found = analyse(film, of_seventy)
    made = dict(overlays(film, found, Drawing()))
    ranking = found.prediction.ranking
    assert list(made) == [f"class-{k}" for k in sorted(ranking[:MOST_OVERLAYS])] + ["average"]
    scale = Scale(EVIDENCE, -float(np.abs(found.maps.maps).max()), float(np.abs(found.maps.maps).max()))
    values = enlarge(found.maps.maps[ranking[0]], found.placement, True)
    np.testing.assert_array_equal(made[f"class-{ranking[0]}"], overlay(film.display(), values, scale, 0.85))
    maps = np.load(io.BytesIO(maps_npz(found, SHA256)))["maps"]
    assert len(maps) == 70
