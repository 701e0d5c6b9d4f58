"""What runs is what its digest says: a file that is replaced between its description and its loading is refused."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from camdash.errors import CheckpointError
from camdash.networks.cards.familiarity import FamiliarityCheck, unit, write_beside
from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.descriptions import Descriptions
from camdash.networks.catalog.folders import entry_of
from camdash.networks.endings import familiarity_path
from camdash.networks.files.content import BLOCK
from camdash.networks.files.regular_files import opened
from camdash.networks.loaded import LoadedCheckpoint
from camdash.networks.loading import load, load_any
from camdash.running.loaded_checkpoints import HeldCheckpoints
from tests.networks.zoo import TINY, card_of, saved, state

CHECK = FamiliarityCheck(unit(torch.eye(3, 1024)), 0.25, "three images")
OTHER_CHECK = FamiliarityCheck(unit(torch.eye(3, 1024).flip(1)), 0.75, "three others")


def by_renaming(path: Path, content: bytes) -> None:
    new = path.with_name("new")
    new.write_bytes(content)
    new.rename(path)


def in_place(path: Path, content: bytes) -> None:
    """Overwrite a file's bytes and leave it as long and, as far as its times tell, as old as it was."""
    status = path.stat()
    with path.open("r+b") as file:
        file.write(content.ljust(status.st_size, b"\0")[: status.st_size])
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


REPLACING = pytest.mark.parametrize("replace", [by_renaming, in_place])
Replace = Callable[[Path, bytes], None]


def written(path: Path, factor: float) -> Path:
    """Write the tiny network with a head that is so many times as large."""
    weights = state() | {"fc.weight": state()["fc.weight"] * factor}
    if path.suffix == ".safetensors":
        save_file(weights, path)
    else:
        torch.save(weights, path)
    return path


@REPLACING
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_weights_that_were_replaced_are_refused_and_then_described_anew(
    tmp_path: Path, suffix: str, replace: Replace
) -> None:
    path = written(tmp_path / f"m{suffix}", 1)
    (other := tmp_path / "other").mkdir()
    content = written(other / f"m{suffix}", 2).read_bytes()  # as long, to the byte
    before = describe(entry_of(path))
    replace(path, content)
    with pytest.raises(CheckpointError, match=rf"^m\{suffix} was replaced while it was being loaded\. Try again\.$"):
        load_any(before, "cpu")
    after = describe(entry_of(path))
    assert (before.sha256 != after.sha256, after.sha256) == (True, hashlib.sha256(content).hexdigest())
    assert load_any(after, "cpu").checkpoint.sha256 == after.sha256


@REPLACING
def test_a_familiarity_check_that_was_replaced_is_refused_and_then_described_anew(
    tmp_path: Path, replace: Replace
) -> None:
    path = saved(tmp_path / "m.pth", None, **card_of(TINY))
    sha256 = describe(entry_of(path)).sha256
    other = write_beside(path, sha256, OTHER_CHECK).read_bytes()
    write_beside(path, sha256, CHECK)
    before = describe(entry_of(path))
    replace(familiarity_path(path), other.ljust(familiarity_path(path).stat().st_size, b" "))
    with pytest.raises(CheckpointError, match=r"^m\.familiarity was replaced while m was being loaded\. Try again\.$"):
        load_any(before, "cpu")
    assert describe(entry_of(path)).familiarity_sha256 != before.familiarity_sha256


def test_a_familiarity_check_that_appears_or_goes_is_refused_too(tmp_path: Path) -> None:
    path = saved(tmp_path / "m.pth", None, **card_of(TINY))
    without = describe(entry_of(path))
    write_beside(path, without.sha256, CHECK)
    with_check = describe(entry_of(path))
    with pytest.raises(CheckpointError, match=r"m\.familiarity was replaced"):
        load_any(without, "cpu")
    assert load(with_check, "cpu").familiarity is not None
    familiarity_path(path).unlink()
    with pytest.raises(CheckpointError, match=r"m\.familiarity was replaced"):
        load_any(with_check, "cpu")


@REPLACING
def test_the_card_that_was_described_is_the_one_that_runs(tmp_path: Path, replace: Replace) -> None:
    path = saved(tmp_path / "m.pth", None, **card_of(TINY, mean=[0.25]))
    before = describe(entry_of(path))
    replace(path.with_suffix(".json"), json.dumps(card_of(TINY, mean=[0.75])).encode())
    loaded = load_any(before, "cpu").checkpoint
    assert loaded.card.preprocessing.mean == pytest.approx((0.25,))
    after = describe(entry_of(path))
    assert after.card.preprocessing.mean == pytest.approx((0.75,))
    assert after != before


@REPLACING
def test_what_is_kept_of_a_folder_sees_every_replacement(tmp_path: Path, replace: Replace) -> None:
    path = written(tmp_path / "m.pth", 1)
    (other := tmp_path / "other").mkdir()
    content = written(other / "m.pth", 2).read_bytes()
    descriptions = Descriptions()
    (before,) = descriptions.look([tmp_path])
    replace(path, content)
    (after,) = descriptions.look([tmp_path])
    assert after.checkpoint is not None
    assert before.checkpoint != after.checkpoint
    assert after.checkpoint.sha256 == hashlib.sha256(content).hexdigest()


@REPLACING
def test_a_checkpoint_that_is_held_still_runs_under_the_digest_it_was_loaded_with(
    tmp_path: Path, replace: Replace
) -> None:
    path = written(tmp_path / "m.pth", 1)
    (other := tmp_path / "other").mkdir()
    content = written(other / "m.pth", 2).read_bytes()
    before = describe(entry_of(path))
    holder = HeldCheckpoints(2)
    first = holder.get(before, "cpu")
    replace(path, content)
    assert holder.get(before, "cpu") is first
    assert isinstance(first, LoadedCheckpoint)
    second = holder.get(describe(entry_of(path)), "cpu")
    assert isinstance(second, LoadedCheckpoint)
    inputs = torch.rand(1, 3, 64, 64)
    twice = (2 * one.maps_and_pooled(inputs)[0] for one in (first,))
    torch.testing.assert_close(second.maps_and_pooled(inputs)[0], next(twice), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("place", [2 * BLOCK, 3 * BLOCK - 1])
def test_a_byte_that_changes_after_it_was_read_is_noticed(tmp_path: Path, place: int) -> None:
    """The last block is read first, as the list of an archive's members is."""
    path = tmp_path / "m.bin"
    path.write_bytes(bytes(3 * BLOCK))
    with opened(path, 10 * BLOCK) as content:
        stream = content.reader()
        stream.seek(2 * BLOCK)
        assert stream.read() == bytes(BLOCK)
        overwrite(path, place)
        with pytest.raises(CheckpointError, match=r"^m\.bin changed while it was read"):
            content.sha256()


def test_a_byte_that_is_another_when_it_is_read_again_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "m.bin"
    path.write_bytes(bytes(3 * BLOCK))
    with opened(path, 10 * BLOCK) as content:
        content.reader().read()
        overwrite(path, 5)
        assert content.reader().read(10) != bytes(10)
        with pytest.raises(CheckpointError, match="changed while it was read"):
            content.sha256()


def test_the_digest_is_that_of_what_was_read_whatever_the_file_becomes(tmp_path: Path) -> None:
    path, data = tmp_path / "m.bin", os.urandom(2 * BLOCK + 5)
    path.write_bytes(data)
    with opened(path, 10 * BLOCK) as content:
        assert content.reader().read() == data
        overwrite(path, 5)
        assert content.sha256() == hashlib.sha256(data).hexdigest()
        with pytest.raises(CheckpointError, match="changed while it was read"):
            content.sha256()  # what would be read from now on is another


def overwrite(path: Path, place: int) -> None:
    with path.open("r+b") as file:
        file.seek(place)
        file.write(b"x")


def test_a_first_byte_by_which_a_file_was_told_is_noticed_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "m.bin"
    path.write_bytes(b"abc")
    with opened(path, BLOCK) as content:
        assert content.head(2) == b"ab"
        overwrite(path, 0)
        with pytest.raises(CheckpointError, match="changed while it was read"):
            content.sha256()


@pytest.mark.parametrize("length", [0, BLOCK + 1, 3 * BLOCK + 1])
def test_a_file_that_shrinks_or_grows_while_it_is_read_is_refused(tmp_path: Path, length: int) -> None:
    path = tmp_path / "m.bin"
    path.write_bytes(bytes(3 * BLOCK))
    with opened(path, 10 * BLOCK) as content:
        os.truncate(path, length)
        assert len(content.reader().read()) <= 3 * BLOCK  # what is added is not read
        with pytest.raises(CheckpointError, match="changed while it was read"):
            content.sha256()


def test_the_digest_of_an_open_file_is_that_of_its_bytes_in_whatever_order_they_were_read(tmp_path: Path) -> None:
    path, data = tmp_path / "m.bin", os.urandom(2 * BLOCK + 77)
    path.write_bytes(data)
    with opened(path, 10 * BLOCK) as content:
        stream = content.reader()
        for place, length in ((BLOCK - 3, 6), (2 * BLOCK, 1000), (5, 2 * BLOCK), (-7, 7)):
            stream.seek(place, os.SEEK_END if place < 0 else os.SEEK_SET)
            start = place % len(data)
            assert stream.read(length) == data[start : start + length]
        assert content.sha256() == hashlib.sha256(data).hexdigest()


def test_an_open_file_is_the_one_that_was_opened_though_another_takes_its_name(tmp_path: Path) -> None:
    path = tmp_path / "m.bin"
    path.write_bytes(b"first")
    with opened(path, BLOCK) as content:
        by_renaming(path, b"other")
        assert content.reader().read() == b"first"
        assert content.sha256() == hashlib.sha256(b"first").hexdigest()
