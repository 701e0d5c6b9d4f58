"""`import camdash`: what it explains, saves and refuses, and what it does not load."""

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import camdash
from camdash.errors import CheckpointError, ImageError, UsageError
from camdash.evidence.analysis import Analysis, analyse
from camdash.images.decoding import decode
from camdash.networks.catalog import checkpoints as catalog
from camdash.networks.loaded import LoadedCheckpoint
from camdash.settings import FOLDERS_VARIABLE
from tests.app.mapless import save_mapless
from tests.conftest import image_bytes, save_checkpoint, speckle
from tests.support.small import shares

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def small(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("checkpoints")
    monkeypatch.setattr(catalog, "SHIPPED", folder)
    monkeypatch.delenv(FOLDERS_VARIABLE, raising=False)
    monkeypatch.setenv("CAMDASH_DEVICE", "cpu")
    return save_checkpoint(folder)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.png"
    path.write_bytes(image_bytes(speckle(60, 50)))
    return path


def same(one: Analysis, other: Analysis) -> bool:
    return np.allclose(one.maps.maps, other.maps.maps, atol=1e-6)


def test_a_file_its_content_and_its_pixels_are_explained_alike(film: Path) -> None:
    loaded = camdash.load_checkpoint()
    assert isinstance(loaded, LoadedCheckpoint)
    expected = analyse(decode(film.read_bytes()), loaded)
    for source in (film, str(film), film.read_bytes(), speckle(60, 50)):
        found = camdash.explain(source, loaded)
        assert isinstance(found, Analysis)
        assert same(found, expected)
    assert isinstance(by_name := camdash.explain(film), Analysis)
    assert same(by_name, expected)


def test_a_checkpoint_is_taken_by_its_path_too(film: Path, small: Path) -> None:
    assert camdash.explain(film, small).checkpoint.name == "small"
    assert camdash.explain(film, str(small)).checkpoint.path == small


def test_what_is_saved_is_what_the_command_line_writes(film: Path, tmp_path: Path) -> None:
    saved = camdash.explain(film).save(tmp_path / "new" / "folder")
    assert [path.suffix for path in saved] == [".png"] * 6 + [".npz"]
    assert all(path.name.startswith("film_small_") for path in saved)
    with np.load(saved[-1]) as stored:
        np.testing.assert_allclose(stored["maps"].mean(axis=(1, 2)) + stored["bias"], stored["logits"], atol=1e-4)
        assert str(stored["image_sha256"]) == camdash.explain(film).sha256
    assert {path.name for path in saved} == {path.name for path in (tmp_path / "new" / "folder").iterdir()}


def test_nothing_is_saved_where_there_are_no_maps(film: Path, tmp_path: Path) -> None:
    folder = tmp_path / "whole"
    folder.mkdir()
    found = camdash.explain(film, save_mapless(folder, "whole"))
    assert not found.has_maps
    assert "no map" in found.no_map
    assert shares(found.prediction).sum() == pytest.approx(1)
    with pytest.raises(UsageError, match="no maps"):
        found.save(tmp_path / "out")


def test_a_folder_that_cannot_be_made_is_named(film: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"Nothing can be written to .*film\.png"):
        camdash.explain(film).save(film)


@pytest.mark.parametrize(
    ("pixels", "bits"),
    [
        (speckle(40, 50), "8 bits"),
        (speckle(40, 50).astype(np.uint16) * 257, "16 bits"),
        (speckle(40, 50).astype(np.int64) - 300, "64 bits"),
        (speckle(40, 50) / 255, "float"),
        (speckle(40, 50) > 100, "8 bits"),
        (np.repeat(speckle(40, 50)[:, :, None], 3, axis=2), "8 bits"),
        (speckle(40, 50)[::-1, ::2], "8 bits"),
    ],
)
def test_pixels_of_any_kind_are_read_exactly(pixels: np.ndarray, bits: str) -> None:
    found = camdash.read_radiograph(pixels)
    assert found.encoding == f"array, {bits}"
    grey = pixels if pixels.ndim == 2 else pixels[:, :, 0]
    expected = grey * 255 if grey.dtype == bool else grey
    np.testing.assert_allclose(found.values, expected, rtol=1e-6)
    assert not np.shares_memory(found.values, pixels)


def test_whatever_numpy_makes_an_array_of_is_read_as_pixels() -> None:
    pixels = speckle(40, 50)
    sources: list[Any] = [pixels.tolist(), Image.fromarray(pixels), torch.from_numpy(pixels)]
    for source in sources:
        np.testing.assert_allclose(camdash.read_radiograph(source).values, pixels)


@pytest.mark.parametrize("mode", ["P", "YCbCr", "HSV", "LAB", "RGBA", "CMYK"])
def test_an_image_of_pillow_whose_numbers_are_not_brightness_is_refused(mode: str) -> None:
    with pytest.raises(ImageError, match=rf"has the mode {mode}\. Convert it to L or RGB\.$"):
        camdash.read_radiograph(Image.new(mode, (5, 4)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "source",
    [io.BytesIO(b"x"), None, object(), [[1, 2], [3]], torch.zeros(3, 3, requires_grad=True)],
    ids=["a stream", "nothing", "an object", "rows of different lengths", "a tensor that requires gradients"],
)
def test_what_is_neither_file_nor_pixels_is_refused_by_what_it_is(source: object) -> None:
    with pytest.raises(ImageError, match=rf"read from this {type(source).__name__}\. Give a file's name"):
        camdash.read_radiograph(source)  # type: ignore[arg-type]


def test_a_folder_and_a_name_that_no_file_has_are_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r" is a folder\. Name a file in it\.$"):
        camdash.explain(tmp_path)
    with pytest.raises(ImageError, match=r"name contains an invalid character\.$"):
        camdash.explain("a\0b.png")


def test_pixels_without_a_number_are_black_and_said() -> None:
    pixels = speckle(40, 50) / 255
    pixels[:4] = np.nan
    found = camdash.read_radiograph(pixels)
    assert found.padding is not None
    assert found.padding[:4].all()
    assert "no finite number" in found.notes[0]


@pytest.mark.parametrize(
    "nonsense",
    [
        np.zeros(5),
        np.zeros((2, 3, 4)),
        np.zeros((0, 5)),
        np.zeros((2, 2), complex),
        np.array([["a"]]),
        np.full((3, 3), np.nan),
        b"no image",
        b"",
    ],
)
def test_what_is_no_radiograph_is_refused_with_a_sentence(nonsense: np.ndarray | bytes) -> None:
    with pytest.raises(ImageError, match=r"\.$"):
        camdash.read_radiograph(nonsense)


def test_arrays_of_the_same_bytes_have_names_of_their_own(tmp_path: Path) -> None:
    loaded = camdash.load_checkpoint()
    saved = [camdash.explain(np.zeros(shape, np.uint8), loaded).save(tmp_path)[-1] for shape in ((10, 20), (20, 10))]
    assert saved[0] != saved[1]


def test_a_missing_file_and_a_missing_checkpoint_are_named(film: Path, tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="No such file"):
        camdash.explain(tmp_path / "gone.png")
    with pytest.raises(UsageError, match="nowhere"):
        camdash.explain(film, "nowhere")
    (tmp_path / "bad.safetensors").write_bytes(b"no weights")
    with pytest.raises(CheckpointError):
        camdash.explain(film, tmp_path / "bad.safetensors")


def test_to_import_it_loads_no_library_and_it_has_what_it_lists() -> None:
    program = "import sys, camdash; sys.exit(sum(name in sys.modules for name in ('torch', 'numpy', 'streamlit')))"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
    assert {"explain", "load_checkpoint", "read_radiograph"} <= set(dir(camdash))
    with pytest.raises(AttributeError, match="no attribute 'explian'"):
        _ = camdash.explian
