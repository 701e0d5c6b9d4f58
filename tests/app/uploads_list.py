"""What the list of uploads shows on a page that AppTest runs, and what a click on one of its rows does."""

import json
from typing import Any

from streamlit.testing.v1 import AppTest

from tests.support.state import look_at

LIST = "camdash_uploads"


def listed(page: AppTest) -> list[dict[str, str]]:
    """Return the rows of the list; none where there is no list."""
    rows: list[dict[str, str]] = _data(page).get("rows", [])
    return rows


def names(page: AppTest) -> list[str]:
    return [row["name"] for row in listed(page)]


def counted(page: AppTest) -> str:
    """Return what stands above the rows."""
    words: dict[str, str] = _data(page)["words"]
    return words["count"]


def differing(page: AppTest) -> str:
    """Return what stands above the rows of the answers of two checkpoints."""
    words: dict[str, str] = _data(page)["words"]
    return words["differing"]


def answers(page: AppTest) -> list[str]:
    return [f"{row['answer']} {row['share']}".strip() for row in listed(page)]


def looked_at(page: AppTest) -> str | None:
    """Return the name that is marked; None where it is none of the list."""
    current = _data(page).get("current")
    return next((row["name"] for row in listed(page) if row["key"] == current), None)


def open_row(page: AppTest, place: int) -> AppTest:
    """Do what a click on a row does: AppTest has no components."""
    look_at(page, file=place)
    return page.run()


def drop(page: AppTest, *files: tuple[str, bytes]) -> AppTest:
    """Upload files beside those that are there: AppTest's own `upload` forgets them after a run."""
    uploader = page.file_uploader(key="uploads")
    uploader._files = uploader._get_files_to_register()
    for name, data in files:
        uploader.upload(name, data, "image/png")
    return page.run()


def _data(page: AppTest) -> dict[str, Any]:
    found = [one.proto.json for one in page.get("bidi_component") if one.proto.component_name == LIST]
    data: dict[str, Any] = json.loads(found[0]) if found else {}
    return data
