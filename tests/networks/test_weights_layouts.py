"""What people save: every nesting, prefix, precision and format, brought to the network's own names; or refused."""

import argparse
import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from camdash.errors import CheckpointError, PickledCodeError
from camdash.networks.files.state_dicts import NESTINGS, PREFIXES, clean, find_state_dict, is_plain
from camdash.networks.files.weights import read_header, read_stored

SMALL = {"conv1.weight": torch.arange(18.0).reshape(2, 1, 3, 3), "fc.weight": torch.eye(2), "fc.bias": torch.ones(2)}


def with_prefix(prefix: str) -> dict[str, Tensor]:
    return {prefix + name: value for name, value in SMALL.items()}


def names_of(content: dict[str, Tensor]) -> set[str]:
    return set(clean(content).tensors)


@pytest.mark.parametrize("nesting", NESTINGS)
@pytest.mark.parametrize("prefix", ["", *PREFIXES])
def test_every_nesting_with_every_prefix_gives_the_networks_own_names(nesting: str, prefix: str) -> None:
    tensors, conversions = find_state_dict({nesting: with_prefix(prefix), "epoch": 3, "optimizer": {}}, "a.pth")
    assert names_of(tensors) == set(SMALL)
    assert conversions == (f"taken from under {nesting!r}", "'epoch', 'optimizer' left out")


def test_the_first_nesting_in_the_documented_order_is_taken_and_the_other_named() -> None:
    loaded = {"state_dict_ema": with_prefix("ema."), "state_dict": dict(SMALL)}
    tensors, conversions = find_state_dict(loaded, "a.pth")
    assert set(tensors) == set(SMALL)
    assert conversions[1] == "'state_dict_ema' left out"


def test_an_averaged_models_counter_is_left_out_and_named() -> None:
    layout = clean(with_prefix("module.") | {"n_averaged": torch.tensor(7)})
    assert set(layout.tensors) == set(SMALL)
    assert layout.ignored == ("n_averaged",)
    assert layout.conversions == ("prefix 'module.' taken off",)


def test_lightnings_loss_beside_the_network_is_left_out_and_named() -> None:
    layout = clean(with_prefix("model.") | {"criterion.weight": torch.ones(2)})
    assert set(layout.tensors) == set(SMALL)
    assert layout.ignored == ("criterion.weight",)


def test_a_head_beside_its_backbone_joins_it() -> None:
    content = {"backbone.conv1.weight": SMALL["conv1.weight"], "backbone.bn1.weight": torch.ones(2)}
    assert names_of(content | {"fc.weight": torch.eye(2)}) == {"conv1.weight", "bn1.weight", "fc.weight"}


def test_a_head_that_stands_twice_is_never_chosen_by_guess() -> None:
    content = with_prefix("backbone.") | {"fc.weight": torch.zeros(2, 2)}
    assert names_of(content) == set(content)


def test_a_state_dict_is_found_by_its_content_under_any_key() -> None:
    tensors, conversions = find_state_dict({"best": {"weights": dict(SMALL), "score": 0.9}, "epoch": 3}, "a.pth")
    assert set(tensors) == set(SMALL)
    assert conversions == (
        "taken from under 'best'",
        "'epoch' left out",
        "taken from under 'weights'",
        "'score' left out",
    )


def test_an_optimizers_moments_are_no_state_dict() -> None:
    moments = {"state": {0: {"exp_avg": torch.ones(2, 2)}}, "named": {"fc.weight": {"exp_avg": torch.ones(2, 2)}}}
    assert set(find_state_dict({"optimizer": moments, "mine": dict(SMALL)}, "a.pth")[0]) == set(SMALL)
    with pytest.raises(CheckpointError, match="holds no state dict"):
        find_state_dict({"optimizer": moments}, "a.pth")


def test_an_average_is_left_out_beside_the_weights_and_taken_alone() -> None:
    other = {"conv1.weight": torch.zeros(2, 1, 3, 3)}
    tensors, conversions = find_state_dict({"ema_weights": other, "weights": dict(SMALL)}, "a.pth")
    assert set(tensors) == set(SMALL)
    assert conversions[1] == "'ema_weights' left out"
    assert set(find_state_dict({"ema_weights": other}, "a.pth")[0]) == set(other)


def test_several_state_dicts_are_joined_under_their_keys() -> None:
    content = {"encoder": {"a.weight": torch.eye(2)}, "head": {"weight": torch.eye(2)}, "epoch": 3}
    tensors, conversions = find_state_dict(content, "a.pth")
    assert set(tensors) == {"encoder.a.weight", "head.weight"}
    assert conversions == ("taken from under 'encoder', 'head'", "'epoch' left out")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("features.denseblock1.denselayer2.norm.1.weight", "features.denseblock1.denselayer2.norm1.weight"),
        ("features.denseblock4.denselayer16.conv.2.weight", "features.denseblock4.denselayer16.conv2.weight"),
        ("last_linear.bias", "fc.bias"),
    ],
)
def test_names_of_an_older_convention_become_todays(old: str, new: str) -> None:
    layout = clean({old: torch.ones(1)})
    assert list(layout.tensors) == [new]
    assert layout.conversions == ("1 names of an older convention brought to torchvision's",)


def test_timms_layout_with_its_arguments_is_read(tmp_path: Path) -> None:
    arguments = argparse.Namespace(model="resnet34", lr=0.1)
    content = {"epoch": 3, "arch": "resnet34", "state_dict": SMALL, "optimizer": {"state": {}}, "args": arguments}
    torch.save(content, tmp_path / "timm.pth")
    assert set(read_stored(tmp_path / "timm.pth").tensors) == set(SMALL)


def test_lightnings_layout_is_read(tmp_path: Path) -> None:
    content = {
        "epoch": 3,
        "pytorch-lightning_version": "2.6.0",
        "state_dict": OrderedDict(with_prefix("model._orig_mod.")),
        "optimizer_states": [{"state": {0: {"exp_avg": torch.ones(2)}}}],
        "hyper_parameters": {"lr": 0.1},
    }
    torch.save(content, tmp_path / "last.ckpt")
    assert set(read_stored(tmp_path / "last.ckpt").tensors) == set(SMALL)


def as_zip(path: Path) -> None:
    torch.save(SMALL, path)


def as_old_pickle(path: Path) -> None:
    torch.save(SMALL, path, _use_new_zipfile_serialization=False)


@pytest.mark.parametrize(
    ("suffix", "write"),
    [(".pth", as_zip), (".pt", as_old_pickle), (".safetensors", lambda path: save_file(SMALL, path))],
)
def test_the_header_gives_names_and_shapes_without_the_weights(
    tmp_path: Path, suffix: str, write: Callable[[Path], None]
) -> None:
    path = tmp_path / f"a{suffix}"
    write(path)
    header = read_header(path)
    assert {value.device.type for value in header.tensors.values()} == {"meta"}
    assert header.shapes == read_stored(path).shapes


def test_one_number_said_to_be_a_billion_is_no_weight() -> None:
    assert is_plain(torch.ones(3))
    assert not is_plain(torch.ones(1).expand(10**9))
    assert not is_plain(torch.eye(3).to_sparse())


def test_what_is_read_does_not_change_when_the_file_does(tmp_path: Path) -> None:
    for path in (tmp_path / "a.pth", tmp_path / "a.safetensors"):
        save_file(SMALL, path) if path.suffix == ".safetensors" else torch.save(SMALL, path)
        tensors = read_stored(path).tensors
        path.write_bytes(b"")
        torch.testing.assert_close(tensors["conv1.weight"], SMALL["conv1.weight"])


def test_a_compiled_network_is_refused_as_code(tmp_path: Path) -> None:
    path = tmp_path / "compiled.pt"
    with zipfile.ZipFile(path, "w") as archive:  # as torch.jit.save lays it out
        archive.writestr("compiled/data.pkl", b"\x80\x02}.")
        archive.writestr("compiled/code/__torch__.py", "class Network(Module): ...")
    with pytest.raises(PickledCodeError, match="compiled TorchScript network, which is code") as refused:
        read_header(path)
    assert "torch.jit.load('compiled.pt'" in refused.value.recipe


def test_a_compressed_archive_is_refused_unopened(tmp_path: Path) -> None:
    path = tmp_path / "bomb.pth"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb/data.pkl", bytes(10**6))
    with pytest.raises(CheckpointError, match="compressed archive"):
        read_header(path)


def test_the_recipe_converts_a_whole_network_that_one_trusts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save(nn.Linear(2, 2), "whole's.pth")
    with pytest.raises(PickledCodeError, match=r"\(torch\.nn\.modules\.linear\.Linear\)") as refused:
        read_header(Path("whole's.pth"))
    assert len(refused.value.recipe.splitlines()) == 3
    exec(refused.value.recipe)  # it works as it is printed
    assert set(read_stored(Path("whole's.weights.pth")).tensors) == {"weight", "bias"}


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_plain_pickle_is_refused_and_its_code_does_not_run(tmp_path: Path, protocol: int) -> None:
    class Runs:
        def __reduce__(self) -> tuple[object, tuple[str, str]]:
            return io.open, (str(tmp_path / "it ran"), "w")

    (tmp_path / "evil.pth").write_bytes(pickle.dumps({"state_dict": Runs()}, protocol=protocol))
    with pytest.raises(PickledCodeError):
        read_header(tmp_path / "evil.pth")
    assert not (tmp_path / "it ran").exists()
