"""What a press brings about. Each effect looks at the page before the press, where it must not be there yet."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.pictures import image_bytes, speckle

Effect = Callable[[Any], AbstractContextManager[object]]

DIGEST = """canvas => canvas.getContext("2d").getImageData(0, canvas.height >> 1, canvas.width, 1).data
  .reduce((sum, value) => (31 * sum + value) | 0, 0)"""


def _seen(page: Any, selector: str, text: str) -> Any:
    return page.locator(selector, has_text=text or None).filter(visible=True)


def shows(selector: str, text: str = "") -> Effect:
    """Something that was not on the page is seen."""

    @contextmanager
    def effect(page: Any) -> Iterator[None]:
        place = _seen(page, selector, text)
        assert place.count() == 0, f"{selector} {text} was seen before"
        yield
        place.first.wait_for()

    return effect


def hides(selector: str, text: str = "") -> Effect:
    """Something that was seen on the page is not seen any more."""

    @contextmanager
    def effect(page: Any) -> Iterator[None]:
        place = _seen(page, selector, text)
        place.first.wait_for()
        yield
        place.first.wait_for(state="hidden")

    return effect


def becomes(selector: str, script: str) -> Effect:
    """What a script says of an element was not true and is."""

    @contextmanager
    def effect(page: Any) -> Iterator[None]:
        node = page.locator(selector).first
        assert not node.evaluate(script), f"{script} was true before"
        yield
        page.wait_for_function(f"node => ({script})(node)", arg=node.element_handle())

    return effect


def changes(selector: str, script: str) -> Effect:
    """What a script says of an element is not what it said before."""

    @contextmanager
    def effect(page: Any) -> Iterator[None]:
        node = page.locator(selector).first
        before = json.dumps(node.evaluate(script))
        yield
        page.wait_for_function(
            f"([node, before]) => JSON.stringify(({script})(node)) !== JSON.stringify(JSON.parse(before))",
            arg=[node.element_handle(), before],
        )

    return effect


def paints(key: str = "radiograph") -> Effect:
    """A panel shows another picture."""
    return changes(f"canvas[data-key='{key}']", DIGEST)


def address(words: str) -> Effect:
    """The page's address says what it did not say."""

    @contextmanager
    def effect(page: Any) -> Iterator[None]:
        assert words not in page.url, f"the address said {words} before"
        yield
        page.wait_for_url(lambda url: words in url)

    return effect


def silences(words: str) -> Effect:
    """The page's address says no more what it said."""

    @contextmanager
    def effect(page: Any) -> Iterator[None]:
        page.wait_for_url(lambda url: words in url)
        yield
        page.wait_for_url(lambda url: words not in url)

    return effect


def downloads(pattern: str, first: bytes = b"") -> Effect:
    """A file of such a name and such first bytes comes."""

    @contextmanager
    def effect(page: Any) -> Iterator[None]:
        with page.expect_download() as started:
            yield
        name = started.value.suggested_filename
        assert re.fullmatch(pattern, name), name
        assert Path(started.value.path()).read_bytes().startswith(first)

    return effect


def copies(pattern: str) -> Effect:
    """The clipboard holds what it did not hold."""

    @contextmanager
    def effect(page: Any) -> Iterator[None]:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.evaluate("navigator.clipboard.writeText('nothing')")
        yield
        page.wait_for_function("async () => (await navigator.clipboard.readText()) !== 'nothing'")
        assert re.search(pattern, page.evaluate("navigator.clipboard.readText()"))

    return effect


def takes(*files: Any) -> Effect:
    """The browser asks for files, and gets these, which the list shows."""

    @contextmanager
    def effect(page: Any) -> Iterator[None]:
        before = page.locator(".uploads li").count()
        with page.expect_file_chooser() as chooser:
            yield
        chooser.value.set_files(files[0] if len(files) == 1 else list(files))
        page.locator(".uploads li").nth(before).wait_for()

    return effect


@contextmanager
def takes_folder(page: Any) -> Iterator[None]:
    """The browser asks for a folder, whose files the list shows with its name."""
    with TemporaryDirectory() as folder, shows(".uploads li", Path(folder).name)(page):
        (Path(folder) / "film9.png").write_bytes(image_bytes(speckle(209, 150)))
        with page.expect_file_chooser() as chooser:
            yield
        chooser.value.set_files(folder)
        page.locator(".uploads li", has_text=Path(folder).name).wait_for()


def calls(name: str) -> Effect:
    """A function of the browser, such as `window.print`, is called; it does nothing."""

    @contextmanager
    def effect(page: Any) -> Iterator[None]:
        page.evaluate(f"() => {{ {name} = () => {{ window.was_called = '{name}'; return Promise.reject(); }}; }}")
        yield
        page.wait_for_function(f"window.was_called === '{name}'")

    return effect


def mends(file: Path) -> Effect:
    """The radiograph is shown, now that a file lets its decoder start."""

    @contextmanager
    def effect(page: Any) -> Iterator[None]:
        with shows("figure.panel h4")(page):
            file.touch()
            yield

    return effect


def both(*effects: Effect) -> Effect:
    """All of these happen."""

    @contextmanager
    def effect(page: Any) -> Iterator[None]:
        with ExitStack() as all_of_them:
            for one in effects:
                all_of_them.enter_context(one(page))
            yield

    return effect
