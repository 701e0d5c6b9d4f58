"""Weights from files: tolerant of names, never running what stands in them."""

import os
import pickle
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from camdash.errors import CheckpointError
from camdash.networks.cards.writing import write_checkpoint
from camdash.networks.files.state_dicts import NESTINGS, PREFIXES, clean
from camdash.networks.files.weights import in_float32, read_stored
from tests.conftest import save_state_dict, small_card

SMALL = {"conv1.weight": torch.arange(18.0).reshape(2, 1, 3, 3), "fc.bias": torch.tensor([1.0, -2.0])}


class RunsWhenOpened:
    """A pickled object that makes a file when it is unpickled: what a malicious checkpoint does."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.marker),)


def read_weights(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    stored = read_stored(path)
    return {name: in_float32(value) for name, value in stored.tensors.items()}, stored.metadata


def assert_small(weights: dict[str, Tensor]) -> None:
    assert set(weights) == set(SMALL)
    for name, value in SMALL.items():
        torch.testing.assert_close(weights[name], value)


@pytest.mark.parametrize("suffix", [".pt", ".pth", ".ckpt", ".bin"])
def test_a_bare_state_dict_is_read_whatever_its_ending(tmp_path: Path, suffix: str) -> None:
    weights, metadata = read_weights(save_state_dict(tmp_path / f"small{suffix}", SMALL))
    assert_small(weights)
    assert metadata == {}


def test_a_file_of_torchs_older_format_is_read(tmp_path: Path) -> None:
    torch.save(SMALL, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    assert_small(read_weights(tmp_path / "old.pth")[0])


def test_safetensors_are_read_with_their_metadata(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "small.safetensors", SMALL, small_card())
    weights, metadata = read_weights(tmp_path / "small.safetensors")
    assert_small(weights)
    assert "resnet18" in metadata["camdash"]


@pytest.mark.parametrize("key", NESTINGS)
def test_a_nested_state_dict_is_found(tmp_path: Path, key: str) -> None:
    path = save_state_dict(tmp_path / "small.pth", {key: dict(SMALL), "epoch": 3, "arch": "resnet34"})
    assert_small(read_weights(path)[0])


def test_a_state_dict_nested_twice_is_found(tmp_path: Path) -> None:
    assert_small(read_weights(save_state_dict(tmp_path / "small.pth", {"model": {"state_dict": dict(SMALL)}}))[0])


@pytest.mark.parametrize("prefix", [*PREFIXES, "module.model.", "_orig_mod.module.", "net.module.backbone."])
def test_prefixes_that_all_names_share_are_taken_off(tmp_path: Path, prefix: str) -> None:
    path = save_state_dict(tmp_path / "small.pth", {prefix + name: value for name, value in SMALL.items()})
    assert_small(read_weights(path)[0])


def test_a_prefix_that_only_some_names_have_belongs_to_the_network() -> None:
    names = {"module.weight": torch.ones(1), "head.weight": torch.ones(1)}
    assert clean(names).tensors.keys() == names.keys()


@given(st.lists(st.sampled_from(PREFIXES), max_size=4), st.sets(st.sampled_from(["conv1.weight", "fc.bias", "bn1.x"])))
def test_any_stack_of_prefixes_comes_off(prefixes: list[str], names: set[str]) -> None:
    stacked = {"".join(prefixes) + name: torch.ones(1) for name in names}
    assert clean(stacked).tensors.keys() == names


def test_half_precision_becomes_float32_and_whole_numbers_stay(tmp_path: Path) -> None:
    state = {"a": torch.tensor([0.5]).half(), "b": torch.tensor([0.5]).bfloat16(), "n": torch.tensor([3])}
    weights, _ = read_weights(save_state_dict(tmp_path / "small.pth", state))
    assert [weights[name].dtype for name in "abn"] == [torch.float32, torch.float32, torch.int64]


@pytest.mark.parametrize("nested", [False, True])
def test_a_malicious_pickle_is_refused_and_nothing_in_it_runs(tmp_path: Path, nested: bool) -> None:
    marker = tmp_path / "it ran"
    bomb = RunsWhenOpened(marker)
    content = {"state_dict": dict(SMALL), "callbacks": bomb} if nested else bomb
    torch.save(content, tmp_path / "evil.pth")
    with pytest.raises(
        CheckpointError, match=r"^evil\.pth .* without running code that stands in it, so it was not op"
    ):
        read_weights(tmp_path / "evil.pth")
    assert not marker.exists()


def test_a_malicious_plain_pickle_is_refused_and_nothing_in_it_runs(tmp_path: Path) -> None:
    marker = tmp_path / "it ran"
    (tmp_path / "evil.pth").write_bytes(pickle.dumps(RunsWhenOpened(marker), protocol=2))
    with pytest.raises(CheckpointError, match=r"^evil\.pth "):
        read_weights(tmp_path / "evil.pth")
    assert not marker.exists()
    pickle.loads((tmp_path / "evil.pth").read_bytes())
    assert marker.exists()  # the file would have run


def test_a_whole_pickled_network_is_refused_with_what_to_do(tmp_path: Path) -> None:
    torch.save(nn.Linear(2, 2), tmp_path / "network.pth")
    with pytest.raises(CheckpointError, match=r"Save the weights alone: torch\.save\(model\.state_dict\(\), path\)"):
        read_weights(tmp_path / "network.pth")


@pytest.mark.parametrize("content", [b"", b"hello, world\n", b"\x89PNG\r\n\x1a\n" + bytes(50), b"PK\x03\x04", b"{}"])
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_what_is_no_checkpoint_is_refused_with_a_sentence_that_names_it(
    tmp_path: Path, content: bytes, suffix: str
) -> None:
    path = tmp_path / f"renamed{suffix}"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=rf"^renamed\{suffix} .*\.$"):
        read_weights(path)


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
@pytest.mark.parametrize("part", [0.02, 0.3, 0.7, 0.98])
def test_a_file_cut_short_is_refused_with_a_sentence_that_names_it(tmp_path: Path, suffix: str, part: float) -> None:
    path = tmp_path / f"cut{suffix}"
    if suffix == ".pth":
        save_state_dict(path, SMALL)
    else:
        write_checkpoint(path, SMALL, small_card())
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(CheckpointError, match=rf"^cut\{suffix} (is|holds|cannot).*\.$"):
        read_weights(path)


@pytest.mark.filterwarnings("ignore")  # what torch warns of depends on the byte
@given(st.integers(0, 10**6), st.integers(0, 255), st.booleans())
def test_a_changed_byte_is_a_sentence_or_harmless(place: int, byte: int, newer: bool) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "changed.pth"
        torch.save(SMALL, path, _use_new_zipfile_serialization=newer)
        content = bytearray(path.read_bytes())
        content[place % len(content)] = byte
        path.write_bytes(bytes(content))
        try:
            weights, _ = read_weights(path)
        except CheckpointError as error:
            assert str(error).startswith("changed.pth ")  # noqa: PT017 (either outcome is right, another error is not)
        else:
            assert weights
            assert all(isinstance(value, Tensor) for value in weights.values())


def test_one_format_under_the_others_name_is_refused(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "small.safetensors", SMALL, small_card())
    shutil.move(tmp_path / "small.safetensors", tmp_path / "small.pth")
    with pytest.raises(CheckpointError, match=r"^small\.pth "):
        read_weights(tmp_path / "small.pth")
    save_state_dict(tmp_path / "other.safetensors", SMALL)
    with pytest.raises(CheckpointError, match=r"^other\.safetensors is not a whole safetensors file"):
        read_weights(tmp_path / "other.safetensors")


@pytest.mark.parametrize("content", [[1, 2], {"epoch": 3}, {}, {"state_dict": {"epoch": 3}}, torch.ones(3)])
def test_a_file_without_a_state_dict_is_refused_with_the_keys_that_were_looked_under(
    tmp_path: Path, content: object
) -> None:
    torch.save(content, tmp_path / "other.pth")
    with pytest.raises(
        CheckpointError, match=r"^other\.pth holds no state dict, bare or under one of the keys state_d"
    ):
        read_weights(tmp_path / "other.pth")


def test_a_dictionary_that_holds_itself_does_not_run_for_ever(tmp_path: Path) -> None:
    endless: dict[str, object] = {}
    endless["model"] = endless
    torch.save(endless, tmp_path / "endless.pth")
    with pytest.raises(CheckpointError, match=r"^endless\.pth holds no state dict"):
        read_weights(tmp_path / "endless.pth")


def test_safetensors_without_tensors_hold_no_weights(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "none.safetensors", {}, small_card())
    with pytest.raises(CheckpointError, match=r"^none\.safetensors holds no weights\.$"):
        read_weights(tmp_path / "none.safetensors")


def test_a_weight_of_which_one_bit_has_changed_is_refused(tmp_path: Path) -> None:
    """torch reads it without a word: a bit of an exponent makes of 0.5 a number of 38 digits."""
    path = save_state_dict(tmp_path / "small.pth", SMALL)
    content = path.read_bytes()
    place = content.index(SMALL["conv1.weight"].numpy().tobytes()) + 7
    path.write_bytes(content[:place] + bytes([content[place] ^ 0x40]) + content[place + 1 :])
    assert torch.load(path, weights_only=True).keys() == SMALL.keys()
    with pytest.raises(CheckpointError, match=r"the checksum of .* does not match"):
        read_stored(path)
