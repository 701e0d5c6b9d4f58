"""`pytest -m fast`: what it takes is there, and keeps its promise."""

import re

import pytest

from tests.fast import FAST, HERE, SLOW, is_fast

COSTLY = re.compile(r"\b(subprocess|AppTest|Server|Session|playwright|shared_pool|Popen)\b")


@pytest.mark.parametrize("name", [*FAST, *SLOW])
def test_what_is_named_is_there(name: str) -> None:
    assert (HERE / name).exists()


def test_no_fast_test_starts_a_server_a_browser_a_page_or_a_child_process() -> None:
    files = [path for path in HERE.rglob("test_*.py") if is_fast(path)]
    assert len(files) > 25
    assert [path.name for path in files if COSTLY.search(path.read_text(encoding="utf-8"))] == []


def test_folders_are_read_only_where_they_hold_fast_tests() -> None:
    folders = {path.name for path in HERE.iterdir() if path.is_dir() and is_fast(path)}
    assert folders == {"app", "command_line", "evidence", "images", "networks", "rendering"}
