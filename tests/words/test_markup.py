"""The words in HTML are templates."""

import pytest

from camdash.words.markup import html_in, templates_in

HTML = """<p title="{{Not for
  diagnosis}}">{{The <b>mean</b>}} of <i>{{all}}</i></p>"""


class Other:
    """Says it otherwise."""

    def gettext(self, message: str, /) -> str:
        return {"The <b>mean</b>": "<b>Mittel</b>", "Not for diagnosis": '"Nie"'}.get(message, message)

    def ngettext(self, one: str, many: str, count: int, /) -> str:
        raise AssertionError


def test_words_are_collected_with_their_tags_and_without_line_ends() -> None:
    assert templates_in(HTML) == ["Not for diagnosis", "The <b>mean</b>", "all"]


@pytest.mark.parametrize("html", ['<p title="x {{Look}}">', "<p>{{a {{b}} c}}</p>", "<p title={{Look}}>"])
def test_words_that_cannot_be_replaced_safely_are_refused(html: str) -> None:
    with pytest.raises(ValueError, match="must fill an attribute whole"):
        templates_in(html)


def test_words_are_replaced_in_place_and_quotes_end_no_attribute() -> None:
    assert html_in(HTML, Other()) == '<p title="&quot;Nie&quot;"><b>Mittel</b> of <i>all</i></p>'
