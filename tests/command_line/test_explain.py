"""`python -m camdash explain`, sentence by sentence."""

import csv
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from camdash.command_line.main import main
from camdash.images.streams.jpeg_data import DAMAGED_DATA
from camdash.networks.cards.familiarity import FamiliarityCheck, unit, write_beside
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entry_of
from camdash.settings import FOLDERS_VARIABLE
from tests.command_line.conftest import json_lines
from tests.conftest import image_bytes, save_checkpoint, save_state_dict, small_card, speckle
from tests.images.test_jpeg_data import in_dicom, jpeg, zeroed
from tests.images.test_privacy import CANARY, with_canaries

ROOT = Path(__file__).resolve().parents[2]
KEYS = [
    "file", "sha256", "checkpoint", "checkpoint_sha256", "predicted", "output", "probabilities", "logits", "evidence",
    "bias", "unplaced", "spread", "positive", "values", "unit", "level", "grid", "gap", "familiarity", "notes", "error",
]  # fmt: skip
PARTS = [f"Part {k}" for k in range(5)]


def written(path: Path, rows: int = 40, columns: int = 50) -> str:
    path.write_bytes(image_bytes(speckle(rows, columns)))
    return str(path)


def test_json_is_one_object_a_line_with_the_documented_keys(
    tmp_path: Path, shipped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path / "hand.png")
    assert main(["explain", "--json", file]) == 0
    (row,) = json_lines(capsys.readouterr().out)
    assert list(row) == KEYS
    assert (row["file"], row["checkpoint"], row["grid"], row["error"]) == (file, "small", [2, 3], None)
    assert row["sha256"] == hashlib.sha256(Path(file).read_bytes()).hexdigest()
    assert row["checkpoint_sha256"] == hashlib.sha256((shipped / "small.safetensors").read_bytes()).hexdigest()
    assert [list(row[key]) for key in ("probabilities", "logits", "evidence", "bias", "unplaced")] == [PARTS] * 5
    assert row["level"] == "A"


def test_each_answer_is_compared_with_the_whole_networks_where_that_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad, good = tmp_path / "bad.png", written(tmp_path / "hand.png")
    bad.write_bytes(b"")
    assert main(["explain", "--verify", "--json", str(bad), good]) == 1
    first, second = json_lines(capsys.readouterr().out)
    assert list(second) == [*KEYS, "verified"]
    assert first["verified"] is None
    assert 0 <= second["verified"] < 1e-5
    assert main(["explain", "--verify", good]) == 0
    assert "gives these logits within" in capsys.readouterr().out


def test_an_ensemble_is_explained_and_checked_against_all_its_members(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, classes in (("one", 3), ("two", 3)):
        save_checkpoint(tmp_path, name, small_card(classes))
    path = tmp_path / "pair.ensemble.json"
    path.write_text(json.dumps({"members": ["one.safetensors", "two.safetensors"]}))
    film, out = written(tmp_path / "hand.png"), tmp_path / "out"
    told = ["explain", "--checkpoint", str(path), "--verify", "--json", "--output", str(out), film]
    assert main(told) == 0
    (row,) = json_lines(capsys.readouterr().out)
    assert row["checkpoint"] == "pair"
    assert row["spread"] == pytest.approx(dict.fromkeys(row["logits"], 0.0), abs=1e-5)  # both are alike
    assert 0 <= row["verified"] < 1e-4
    assert "spread.Part 0" in (out / "predictions.csv").read_text()
    assert main([*told, "--resume"]) == 0
    (again,) = json_lines(capsys.readouterr().out)
    assert again | {"verified": None} == row | {"verified": None}


def test_the_figures_add_up_and_have_full_precision(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["explain", "--json", written(tmp_path / "hand.png")])
    (row,) = json_lines(capsys.readouterr().out)
    logits, evidence, bias = (np.array(list(row[key].values())) for key in ("logits", "evidence", "bias"))
    np.testing.assert_allclose(evidence + bias, logits, rtol=1e-12)
    softmax = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    np.testing.assert_allclose(list(row["probabilities"].values()), softmax, rtol=1e-12)
    assert row["predicted"] == PARTS[int(logits.argmax())]


def test_no_text_of_a_dicom_file_is_printed_or_in_an_export(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "film.dcm").write_bytes(with_canaries())
    (tmp_path / "wrong.dcm").write_bytes(with_canaries(PhotometricInterpretation=CANARY))
    assert main(["explain", "--json", "--output", str(tmp_path / "out"), *map(str, tmp_path.glob("*.dcm"))]) == 1
    printed = capfd.readouterr()
    files = sorted((tmp_path / "out").iterdir())
    assert len([file for file in files if file.suffix == ".png"]) == len(PARTS) + 1
    for file in files:
        if file.suffix == ".png":
            with Image.open(file) as picture:
                assert "CANARY" not in str(picture.info)
        if file.suffix == ".npz":
            with np.load(file) as content:
                assert "CANARY" not in str([content[name] for name in content])
        assert b"CANARY" not in file.read_bytes()
    assert "CANARY" not in printed.out + printed.err


def test_a_bad_file_gives_its_line_and_the_others_go_on(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--json", str(folder)]) == 1
    captured = capsys.readouterr()
    rows = json_lines(captured.out)
    assert [row["error"] is None for row in rows] == [False, True, False, True]
    assert rows[0]["error"] == "The image is damaged or cut short. Export it again."
    assert rows[2]["error"] == "The file is empty. Export the radiograph again."
    for row in (rows[0], rows[2]):
        assert list(row) == KEYS
        assert row["sha256"] == hashlib.sha256(Path(row["file"]).read_bytes()).hexdigest()
        assert row["checkpoint"] == "small"
        assert {row[key] for key in KEYS[4:-1]} == {None}


def test_folders_are_recursive_and_sorted_and_what_is_no_image_is_skipped(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["explain", "--json", str(folder)])
    rows = json_lines(capsys.readouterr().out)
    assert [row["file"] for row in rows] == [str(folder / name) for name in ("a.png", "b.png", "c.png", "deeper/a.jpg")]


def test_files_come_in_the_order_given_and_as_they_were_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    names = ["deeper/a.jpg", "b.png", "deeper/a.jpg"]
    assert main(["explain", "--json", *names]) == 0
    assert [row["file"] for row in json_lines(capsys.readouterr().out)] == names


def test_an_image_is_known_by_its_content_whatever_its_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "films").mkdir()
    written(tmp_path / "films/0001.dat")
    assert main(["explain", "--json", str(tmp_path / "films")]) == 0
    assert len(json_lines(capsys.readouterr().out)) == 1


def test_a_missing_file_beside_a_good_one_is_an_error_line_without_a_digest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", "--json", str(tmp_path / "gone.png"), written(tmp_path / "hand.png")]) == 1
    missing, good = json_lines(capsys.readouterr().out)
    assert missing["error"] == "The file cannot be read: No such file or directory."
    assert missing["sha256"] is None
    assert good["error"] is None


@pytest.mark.parametrize("name", ["grey.png", "ramp.png", "text.png", "pixel.png"])
def test_odd_files_give_a_line_and_never_a_traceback(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    content = {
        "grey.png": image_bytes(np.full((30, 30), 128, np.uint8)),
        "ramp.png": image_bytes(np.arange(65536, dtype=np.uint16).reshape(256, 256)),
        "text.png": b"not an image",
        "pixel.png": image_bytes(np.array([[7]], np.uint8)),
    }[name]
    (tmp_path / name).write_bytes(content)
    status = main(["explain", "--json", str(tmp_path / name)])
    (row,) = json_lines(capsys.readouterr().out)
    assert (status, row["error"] is None) == ((1, False) if name == "text.png" else (0, True))


def test_the_table_is_for_people(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(folder)]) == 1
    header, *lines = capsys.readouterr().out.splitlines()
    assert header.split() == ["file", "predicted", "probability", "error"]
    assert len(lines) == 4
    assert "cut short" in lines[0]
    assert "Part " in lines[1]
    assert " %" in lines[1]


def test_what_was_noted_on_reading_a_file_is_in_json_in_the_table_and_in_the_csv_and_outlives_a_stop(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film, output = tmp_path / "film.dcm", tmp_path / "out"
    film.write_bytes(in_dicom(zeroed(jpeg())))
    assert main(["explain", "--json", "--output", str(output), str(film)]) == 0
    printed = capsys.readouterr().out
    (row,) = json_lines(printed)
    assert row["notes"] == [DAMAGED_DATA]
    with (output / "predictions.csv").open(newline="", encoding="utf-8") as lines:
        assert [line["notes"] for line in csv.DictReader(lines)] == [DAMAGED_DATA]
    assert main(["explain", "--json", "--resume", "--output", str(output), str(film)]) == 0
    assert capsys.readouterr().out == printed
    assert main(["explain", str(film)]) == 0
    head, line = capsys.readouterr().out.splitlines()
    assert head.split() == ["file", "predicted", "probability", "remark"]
    assert line.endswith(DAMAGED_DATA)


def test_output_writes_a_flat_table_overlays_and_maps(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "not/yet/there"
    assert main(["explain", "--json", "--output", str(output), str(folder)]) == 1
    rows = json_lines(capsys.readouterr().out)
    with (output / "predictions.csv").open(newline="", encoding="utf-8") as lines:
        table = list(csv.DictReader(lines))
    assert [line["file"] for line in table] == [row["file"] for row in rows]
    assert float(table[1]["logits.Part 3"]) == pytest.approx(rows[1]["logits"]["Part 3"])
    assert (table[1]["grid.rows"], table[1]["grid.columns"], table[1]["error"]) == ("2", "3", "")
    assert (table[0]["predicted"], table[0]["probabilities.Part 0"]) == ("", "")
    assert table[0]["error"] == rows[0]["error"]
    for stem, shape in (("a", (50, 40)), ("b", (40, 50))):
        pictures = sorted(output.glob(f"{stem}_*.png"))
        assert len(pictures) == 6  # five classes and their average
        for picture in pictures:
            with Image.open(picture) as opened:
                assert (opened.height, opened.width) == shape


def test_the_maps_that_are_written_add_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["explain", "--json", "--output", str(tmp_path / "out"), written(tmp_path / "hand.png")])
    (row,) = json_lines(capsys.readouterr().out)
    (archive,) = (tmp_path / "out").glob("*.npz")
    with np.load(archive) as content:
        assert content["maps"].dtype == np.float32
        assert content["class_names"].tolist() == PARTS
        np.testing.assert_allclose(content["maps"].mean((1, 2), dtype=float) + content["bias"], content["logits"])
        np.testing.assert_allclose(content["logits"], list(row["logits"].values()))
        assert str(content["checkpoint_sha256"]) == row["checkpoint_sha256"]


def test_an_output_that_is_a_file_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path / "hand.png")
    assert main(["explain", "--output", file, file]) == 2
    assert f"Nothing can be written to {file}: File exists." in capsys.readouterr().err


def test_a_checkpoint_is_chosen_by_name_or_by_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path, file = save_checkpoint(tmp_path, "other", small_card(7)), written(tmp_path / "hand.png")
    monkeypatch.setenv(FOLDERS_VARIABLE, str(tmp_path))
    for name in ("other", str(path)):
        assert main(["explain", "--json", "--checkpoint", name, file]) == 0
        (row,) = json_lines(capsys.readouterr().out)
        assert (row["checkpoint"], len(row["logits"])) == ("other", 7)


def test_a_checkpoint_that_is_not_there_is_wrong_usage_with_the_candidates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", "--json", "--checkpoint", "big", written(tmp_path / "hand.png")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "camdash: There is no checkpoint 'big'. There are: small.\n"


def test_an_ambiguous_name_is_wrong_usage_with_the_candidates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    save_state_dict(tmp_path / "small.pth", {})
    monkeypatch.setenv(FOLDERS_VARIABLE, str(tmp_path))
    assert main(["explain", "--checkpoint", "small", written(tmp_path / "hand.png")]) == 2
    assert "'small' is ambiguous; give one of the paths: " in capsys.readouterr().err


def test_a_checkpoint_that_cannot_be_used_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "broken.safetensors").write_bytes(b"x")
    file = written(tmp_path / "hand.png")
    assert main(["explain", "--checkpoint", str(tmp_path / "broken.safetensors"), file]) == 2
    assert "camdash: broken.safetensors is not a whole safetensors file" in capsys.readouterr().err


@pytest.mark.parametrize("made", [True, False])
def test_nothing_found_is_wrong_usage(tmp_path: Path, made: bool, capsys: pytest.CaptureFixture[str]) -> None:
    if made:
        (tmp_path / "films").mkdir()
        (tmp_path / "films/notes.txt").write_text("no image")
    assert main(["explain", "--json", str(tmp_path / "films")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    said = f"No image was found in {tmp_path / 'films'}." if made else f"{tmp_path / 'films'} does not exist."
    assert captured.err.endswith(f"camdash: {said}\n")


@pytest.mark.parametrize(
    "arguments", [["--frobnicate"], ["explain"], ["explain", "--frobnicate", "x.png"], ["diagnose", "x.png"]]
)
def test_arguments_that_make_no_sense_are_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "usage: camdash" in capsys.readouterr().err


def test_as_a_program_its_standard_output_is_json_alone_and_logs_go_to_standard_error(
    folder: Path, shipped: Path
) -> None:
    command = [sys.executable, "-m", "camdash", "explain", "--json", "--checkpoint", str(shipped / "small.safetensors")]
    done = subprocess.run(
        [*command, str(folder)], cwd=ROOT, env=os.environ | {"OMP_NUM_THREADS": "1"}, capture_output=True, check=False
    )
    assert done.returncode == 1
    assert [row["error"] is None for row in json_lines(done.stdout.decode())] == [False, True, False, True]
    assert done.stderr.decode() == "Skipped 1 file that is not an image.\n"


def test_real_radiographs_are_explained(real_radiographs: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--json", *map(str, real_radiographs)]) == 0
    assert len(json_lines(capsys.readouterr().out)) == len(real_radiographs)


def test_an_output_folder_within_the_folder_is_not_explained_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    films = tmp_path / "films"
    films.mkdir()
    written(films / "one.png")
    (films / "._one.png").write_bytes(b"resource fork")
    arguments = ["explain", "--json", "--output", str(films / "out"), str(films)]
    for _ in range(2):
        assert main(arguments) == 0
        assert len(capsys.readouterr().out.splitlines()) == 1


def test_a_file_name_that_is_no_unicode_is_escaped_in_every_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.png")
    Path(odd).write_bytes(image_bytes(speckle(40, 30)))
    assert main(["explain", "--json", "--output", str(tmp_path / "out"), odd]) == 0
    assert "\\udcff" in capsys.readouterr().out
    assert "\\udcff" in (tmp_path / "out/predictions.csv").read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_written_to_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/predictions.csv").mkdir()
    assert main(["explain", "--output", str(tmp_path / "out"), written(tmp_path / "hand.png")]) == 2
    assert "Nothing can be written" in capsys.readouterr().err


def test_familiarity_is_null_without_a_check_and_a_verdict_with_one(
    tmp_path: Path, shipped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, path = written(tmp_path / "hand.png"), shipped / "small.safetensors"
    main(["explain", "--json", file])
    vectors = unit(torch.rand(4, 512, generator=torch.Generator().manual_seed(2)))
    for threshold in (0.0, 2.0):
        write_beside(path, describe(entry_of(path)).sha256, FamiliarityCheck(vectors, threshold))
        main(["explain", "--json", file])
    without, far, near = (row["familiarity"] for row in json_lines(capsys.readouterr().out))
    assert without == {"score": None, "threshold": None, "familiar": None}
    assert (far["familiar"], near["familiar"]) == (False, True)
    assert far["score"] == pytest.approx(near["score"])
    assert near["threshold"] == pytest.approx(2.0)


def test_the_table_says_which_images_are_unlike_the_training_images(
    tmp_path: Path, shipped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, path = written(tmp_path / "hand.png"), shipped / "small.safetensors"
    vectors = unit(torch.rand(4, 512, generator=torch.Generator().manual_seed(2)))
    said = []
    for threshold in (0.0, 2.0):
        write_beside(path, describe(entry_of(path)).sha256, FamiliarityCheck(vectors, threshold))
        main(["explain", file])
        said.append(capsys.readouterr().out)
    assert "unlike the training images: do not rely on it" in said[0]
    assert "unlike" not in said[1]
    assert "remark" not in said[1]


def test_a_checkpoint_without_a_card_says_what_is_a_guess_among_the_remarks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    bare = save_state_dict(tmp_path / "bare.pth")
    (tmp_path / "a.png").write_bytes(image_bytes(speckle(40, 50)))
    assert main(["explain", str(tmp_path / "a.png"), "--checkpoint", str(bare), "--json"]) == 0
    (row,) = json_lines(capsys.readouterr().out)
    assert list(row["probabilities"]) == [f"Class {k}" for k in range(5)]
    assert (
        "bare: No card: classes are only numbered, and the input size is a guess. "
        "That exactly one class is right (softmax) is assumed."
    ) in caplog.messages
