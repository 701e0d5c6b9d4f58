"""The list of uploads in a browser: opened, removed and dropped there, and what is lost by leaving the page."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.visits import settled, upload
from tests.conftest import image_bytes, speckle

Open = Callable[..., Any]

DRAG = """([names, files]) => {
  const given = new DataTransfer();
  for (const [name, text] of files)
    given.items.add(new File([Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0))], name));
  for (const name of names)
    document.querySelector(".stMain h3")
      .dispatchEvent(new DragEvent(name, { dataTransfer: given, bubbles: true, cancelable: true }));
}"""


def film(number: int) -> bytes:
    return image_bytes(speckle(200 + number, 150))


def upload_films(page: Any, count: int) -> None:
    upload(page, *((f"film{number}.png", film(number)) for number in range(count)))
    page.locator(".uploads .share").nth(count - 1).filter(has_text="%").wait_for()
    settled(page)


def names(page: Any) -> list[str]:
    found: list[str] = page.locator(".uploads .open .name").evaluate_all("names => names.map((one) => one.textContent)")
    return found


def test_with_seven_uploads_uploader_samples_and_demonstration_are_seen_together(page: Any) -> None:
    upload_films(page, 7)
    check_seen_together(page)
    assert page.locator("[data-testid=stFileChip]:visible").count() == 0


def check_seen_together(page: Any) -> None:
    for seen in ("[data-testid=stFileUploader]", ".uploads", ".st-key-sample-hand_marked", ".st-key-shortcut button"):
        box = page.locator(seen).first.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 720


def test_they_are_seen_together_where_two_checkpoints_are_compared(page: Any) -> None:
    upload_films(page, 7)
    page.get_by_role("button", name="Right for the wrong reason?").click()
    page.locator(".uploads .differing", has_text="of 7 answers differ").wait_for()
    check_seen_together(page)


def test_a_click_on_an_answer_opens_its_file_and_the_list_marks_it(page: Any) -> None:
    upload_films(page, 3)
    page.locator(".uploads li").nth(2).locator(".share").click()
    page.locator(".camdash .first", has_text="film2.png").first.wait_for()
    page.locator(".uploads [aria-current]", has_text="film2.png").wait_for()
    page.locator(".st-key-arrow-previous button:visible").click()
    page.locator(".uploads [aria-current]", has_text="film1.png").wait_for()


@pytest.mark.parametrize("title", ["Worklist", "Checkpoints"])
def test_what_is_pressed_in_the_sidebar_of_another_page_is_opened(title: str, page: Any) -> None:
    upload_films(page, 3)
    for place, words in (
        (page.locator(".uploads .open", has_text="film1.png"), "film1.png"),
        (page.get_by_role("button", name="Foot", exact=True), "foot.png"),
        (page.get_by_role("button", name="Right for the wrong reason?"), "hand_marked.png"),
    ):
        page.get_by_role("link", name=title).click()
        page.wait_for_url(f"**/{title.lower()}*")
        place.click()
        page.locator(".camdash .first", has_text=words).first.wait_for()
        assert f"/{title.lower()}" not in page.url


def test_one_file_is_removed_and_all_are_and_the_same_files_can_be_added_again(page: Any) -> None:
    upload_films(page, 3)
    page.get_by_role("button", name="Remove film0.png").click()
    page.locator(".uploads [aria-current]", has_text="film1.png").wait_for()
    assert names(page) == ["film1.png", "film2.png"]
    page.get_by_role("button", name="Remove all").click()
    page.locator(".camdash .first", has_text="hand.png").first.wait_for()
    page.locator(".uploads").wait_for(state="detached")
    settled(page)
    upload_films(page, 2)
    assert names(page) == ["film0.png", "film1.png"]


def test_a_long_answer_is_cut_before_it_reaches_the_cross(page: Any) -> None:
    upload_films(page, 1)
    gap = page.locator(".uploads li").first.evaluate(
        """row => {
          const [open, remove] = row.children;
          const [words, share] = ["answer", "share"].map((part) => open.querySelector(`.${part}`));
          [words.textContent, share.textContent] = ["Chest frontal ".repeat(5), "> 99.9 %"];
          const [said, apart, cross] = [words, share, remove].map((one) => one.getBoundingClientRect());
          return Math.min(apart.left - said.right, cross.left - apart.right);
        }"""
    )
    assert gap > -0.5


def test_a_long_name_leaves_the_answer_a_line_of_its_own_and_shows_its_ends(page: Any) -> None:
    names = [f"department_of_radiology_{k}_accession_{view}.png" for k, view in ((1, "frontal"), (2, "lateral"))]
    upload(page, *((name, film(k)) for k, name in enumerate(names)))
    page.locator(".uploads .share").nth(1).filter(has_text="%").wait_for()
    found = page.locator(".uploads li").evaluate_all(
        """rows => rows.map((row) => {
          const part = (one) => row.querySelector(`.${one}`);
          const [name, answer, share, file] = ["name", "answer", "share", "file"].map(part);
          const [head, tail] = file.children;
          const isWhole = (one) => one.scrollWidth <= one.clientWidth;
          const below = answer.getBoundingClientRect().top - name.getBoundingClientRect().bottom;
          return [isWhole(answer) && isWhole(share) && isWhole(tail), isWhole(head), below > -1, row.firstChild.title];
        })"""
    )
    assert [one[:3] for one in found] == [[True, False, True]] * 2
    assert [one[3].split("\n")[0] for one in found] == names


def test_a_file_that_is_too_large_is_refused_in_words(page: Any, tmp_path: Path) -> None:
    large = tmp_path / "large.dcm"
    with large.open("wb") as content:
        content.truncate(65 * 2**20)
    page.locator("input[type=file]:not([webkitdirectory])").first.set_input_files(large)
    page.get_by_text("File must be 64.0MB or smaller").wait_for()


def test_a_file_dropped_on_the_radiograph_is_opened_and_the_page_says_where_it_may_be_dropped(page: Any) -> None:
    dropped = [["film7.png", base64.b64encode(film(7)).decode()]]
    hint = page.get_by_text("Drop radiographs, folders or ZIP files anywhere")
    page.evaluate(DRAG, [["dragenter", "dragover"], dropped])
    assert hint.is_visible()
    page.evaluate(DRAG, [["dragleave"], dropped])
    assert hint.count() == 0
    page.evaluate(DRAG, [["dragenter", "drop"], dropped])
    page.locator(".camdash .first", has_text="film7.png").first.wait_for()
    assert hint.count() == 0


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A folder with a folder in it, and what is no radiograph."""
    folder = tmp_path / "study"
    (folder / "lateral").mkdir(parents=True)
    (folder / "a.png").write_bytes(film(1))
    (folder / "lateral" / "b.png").write_bytes(film(2))
    (folder / "notes.txt").write_text("dear colleague")
    (folder / ".DS_Store").write_text("nothing")
    return folder


def test_a_folder_is_dropped_and_its_files_keep_their_folders(page: Any, study: Path) -> None:
    session = page.context.new_cdp_session(page)
    given = {"items": [], "files": [str(study)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 700, "y": 400, "data": given})
    page.locator(".uploads .share").nth(1).filter(has_text="%").wait_for()
    assert names(page) == ["study/a.png", "study/lateral/b.png"]
    page.get_by_text("study: Skipped 1 file").wait_for()


def test_a_folder_is_chosen_and_its_files_keep_their_folders(page: Any, study: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a folder").click()
    chooser.value.set_files(study)
    page.locator(".uploads .share").nth(1).filter(has_text="%").wait_for()
    assert names(page) == ["study/a.png", "study/lateral/b.png"]


def questions(page: Any) -> list[str]:
    """Return what the browser asks from now on; each is answered with yes."""
    asked: list[str] = []

    def answer(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    return asked


def test_a_reload_asks_before_uploads_are_lost_and_not_where_there_are_none(page: Any) -> None:
    asked = questions(page)
    page.locator(".stMain h3").first.click()
    page.reload()
    settled(page)
    assert asked == []
    upload_films(page, 1)
    page.locator(".stMain h3").first.click()
    page.reload()
    assert asked == ["beforeunload"]


def test_nothing_is_asked_once_all_uploads_are_removed_nor_for_a_download(page: Any) -> None:
    asked = questions(page)
    upload_films(page, 1)
    page.get_by_role("button", name="Download", exact=False).first.click()
    with page.expect_download():
        page.get_by_role("button", name="Raw maps (.npz)").click()
    assert asked == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Remove all").click()
    page.locator(".camdash .first", has_text="hand.png").first.wait_for()
    settled(page)
    page.reload()
    settled(page)
    assert asked == []
