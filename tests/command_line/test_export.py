"""`camdash export`, sentence by sentence."""

import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from camdash.command_line.main import main
from camdash.networks.catalog import checkpoints as catalog
from tests.command_line.conftest import no_trace, run
from tests.conftest import random_images, random_network, save_state_dict
from tests.networks.zoo import card_of, saved


def test_it_writes_a_file_that_gives_the_networks_logits_and_says_what_was_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "small.onnx"
    assert main(["export", "small", str(path)]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"Wrote {path}: opset 18, any batch and input size. ")
    assert "within " in said
    assert said.endswith(" of the largest logit. Its metadata holds the card.\n")
    inputs = random_images(1, 64, 96)
    (logits,) = onnxruntime.InferenceSession(path).run(["logits"], {"input": inputs.numpy()})
    with torch.inference_mode():
        expected = random_network()(inputs)
    np.testing.assert_allclose(logits, expected, atol=1e-4 * float(expected.abs().max()))
    assert [file.name for file in tmp_path.iterdir()] == ["small.onnx"]


def test_a_file_that_exists_is_replaced_on_request_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "small.onnx"
    path.write_bytes(b"old")
    assert main(["export", "small", str(path)]) == 2
    assert capsys.readouterr().err == f"camdash: {path} exists. Give --force to replace it.\n"
    assert path.read_bytes() == b"old"
    assert main(["export", "small", str(path), "--force"]) == 0
    assert len(path.read_bytes()) > 40_000_000


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        ("small.pth", "small.pth must end in .onnx."),
        ("none/small.onnx", "none does not exist."),
        ("folder.onnx", "folder.onnx is a folder. Name a file."),
        (" ", "FILE.onnx is empty. Give the file to write."),
    ],
)
def test_what_cannot_be_written_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, sentence: str
) -> None:
    (tmp_path / "folder.onnx").mkdir()
    assert main(["export", "small", str(tmp_path / file) if file.strip() else file, "--force"]) == 2
    out, said = capsys.readouterr()
    assert out == ""
    assert said.endswith(f"{sentence}\n")


def test_a_checkpoint_that_does_not_exist_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "none", str(tmp_path / "out.onnx")]) == 2
    assert "There is no checkpoint 'none'" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_checkpoint_without_card_gives_a_file_without(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = save_state_dict(tmp_path / "bare.pth")
    assert main(["export", str(path), str(tmp_path / "bare.onnx")]) == 0
    assert capsys.readouterr().out.endswith("The checkpoint has no card, so the file has none.\n")


def test_a_network_without_maps_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = {"fc.0.weight": torch.eye(512)[:4], "fc.0.bias": torch.arange(4.0)}
    head |= {"fc.2.weight": torch.ones(4), "fc.2.bias": torch.ones(4)}
    head |= {"fc.3.weight": torch.ones(3, 4), "fc.3.bias": torch.ones(3)}
    body = {name: value for name, value in random_network("resnet18").state_dict().items() if name[:3] != "fc."}
    path = saved(tmp_path / "m.pth", body | head, **card_of("resnet18"))
    assert main(["export", str(path), str(tmp_path / "m.onnx")]) == 2
    said = capsys.readouterr().err
    assert "This network gives a prediction and no map" in said
    assert said.endswith("It was not written as ONNX.\n")
    assert not (tmp_path / "m.onnx").exists()


def test_nothing_is_loaded_for_wrong_usage_and_help_lists_the_command(tmp_path: Path) -> None:
    done = run("--help")
    assert "export" in done.stdout
    assert "write a checkpoint as an ONNX file" in " ".join(done.stdout.split())
    done = run("export", "small")
    assert (done.returncode, done.stdout) == (2, "")
    assert no_trace(done.stderr)


def test_the_card_travels_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "small.onnx"
    assert main(["export", str(catalog.SHIPPED / "small.safetensors"), str(path)]) == 0
    text = onnxruntime.InferenceSession(path).get_modelmeta().custom_metadata_map["camdash"]
    assert json.loads(text)["class_names"] == [f"Part {k}" for k in range(5)]
