"""Files are listed by the endings that people give them, in capitals or not, and called by what stands before."""

import json
from pathlib import Path

import pytest

from camdash.networks.catalog.checkpoints import describe
from camdash.networks.catalog.folders import entries, entry_of
from camdash.networks.endings import bare_name, card_path, ending_of, familiarity_path
from camdash.networks.report import intake
from tests.networks.zoo import TINY, card_of, saved


@pytest.mark.parametrize(
    ("name", "ending", "bare"),
    [
        ("a.pth", ".pth", "a"),
        ("a.PTH", ".PTH", "a"),
        ("a.pth.tar", ".pth.tar", "a"),
        ("a.v2.Pt.Tar", ".Pt.Tar", "a.v2"),
        ("a.pt2", ".pt2", "a"),
        ("resnet34.v2.pth", ".pth", "resnet34.v2"),
        ("a.safetensors", ".safetensors", "a"),
        ("a.json", "", "a"),
        ("README.md", "", "README"),
        ("LICENSE", "", "LICENSE"),
        (".pth", "", ".pth"),
        ("pth", "", "pth"),
    ],
)
def test_the_ending_of_a_checkpoint_and_its_name_without_it(name: str, ending: str, bare: str) -> None:
    assert (ending_of(name), bare_name(name)) == (ending, bare)


def test_what_stands_beside_a_file_has_its_name_without_the_whole_ending() -> None:
    path = Path("folder/model.pth.tar")
    assert card_path(path) == Path("folder/model.json")
    assert familiarity_path(path) == Path("folder/model.familiarity")


@pytest.mark.parametrize("name", ["m.pth.tar", "m.PTH", "m.pkl", "m.pt.tar", "m.Ckpt", "m.BIN", "m.pickle", "m.th"])
def test_a_checkpoint_is_read_whatever_ending_people_give_it(tmp_path: Path, name: str) -> None:
    saved(tmp_path / name)
    (tmp_path / "m.json").write_text(json.dumps(card_of(TINY, fit="pad")))
    (entry,) = entries([tmp_path])
    assert entry == entry_of(tmp_path / name)
    assert (describe(entry).name, describe(entry).card.preprocessing.fit) == ("m", "pad")
    assert intake(entry).usable


def test_a_folder_with_a_checkpoints_ending_is_not_listed(tmp_path: Path) -> None:
    (tmp_path / "last.ckpt").mkdir()
    (tmp_path / "link.pth").symlink_to(tmp_path / "last.ckpt")
    assert entries([tmp_path]) == []


def test_a_link_to_a_checkpoint_is_read_and_the_same_file_is_listed_once(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "shown").mkdir()
    target = saved(tmp_path / "store/abc.pth")
    (tmp_path / "shown/one.pth").symlink_to(target)
    (tmp_path / "shown/two.pth").symlink_to(target)
    (entry,) = entries([tmp_path / "shown"])
    assert entry.name == "one"
    assert intake(entry).usable
