"""README and docs: short where they must be, and true where that can be checked. tools/build_docs.sh checks links."""

import re
from pathlib import Path

import pytest

from camdash.command_line.arguments import parser
from camdash.settings import FOR_TESTS, KNOWN

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MADE = ("camdash/checkpoints",)
"""Paths that are there in an installed package alone."""


def test_the_readme_stays_short_and_names_how_to_run_and_how_to_test() -> None:
    assert len(README.splitlines()) < 100
    run, test = re.findall(r"^python3 -m venv .*$", README, re.MULTILINE)
    assert run.endswith("pip install -r requirements.txt && .venv/bin/streamlit run streamlit_app.py")
    assert "pip install -r tests/requirements.txt && .venv/bin/python -m pytest" in test
    marked = README.partition("<!-- test command -->")[2].partition("<!-- end -->")[0]
    assert marked.strip() == f"```sh\n{test}\n```"


def test_the_readme_says_that_this_is_not_for_diagnosis() -> None:
    assert "not for diagnosis" in README


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_of_the_project_that_is_named_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"`((?:camdash|docs|tests|tools|benchmarks|examples)/[\w./]*\w/?|\.ci/\w+)", text)
    linked = [link for link in re.findall(r"\]\(([^)#:]+)\)", text) if page.parent == ROOT]
    missing = [name for name in [*named, *linked] if not (ROOT / name).exists() and not name.startswith(MADE)]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_module_that_is_run_by_hand_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    modules = re.findall(r"python -m ((?:benchmarks|tools|tests)\.[\w.]*\w)", text)
    assert [name for name in modules if not (ROOT / f"{name.replace('.', '/')}.py").is_file()] == []


def test_every_setting_is_described_and_none_that_there_is_not() -> None:
    described = set(re.findall(r"^\| `(CAMDASH_\w+)`", (ROOT / "docs/server.md").read_text("utf-8"), re.MULTILINE))
    assert described == set(KNOWN) - set(FOR_TESTS)
    text = " ".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert set(re.findall(r"CAMDASH_[A-Z_]*[A-Z]", text)) <= set(KNOWN)


def test_every_option_of_the_command_line_is_described() -> None:
    text = (ROOT / "docs/scripting.md").read_text(encoding="utf-8")
    commands = next(action for action in parser()._actions if isinstance(action.choices, dict)).choices
    assert isinstance(commands, dict)
    for name, command in commands.items():
        assert f"camdash {name}" in text
        options = {option for action in command._actions for option in action.option_strings} - {"-h", "--help"}
        assert [option for option in sorted(options) if f"[{option}" not in text] == []
