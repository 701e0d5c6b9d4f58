"""What the files are called that can be taken away from the page."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.evidence.test_comparison import analysis, maps


def offered(name: str) -> None:
    from camdash.app.films.files import Film, ImageFile
    from camdash.app.radiograph.downloads import offer_downloads
    from camdash.evidence.comparison import compare
    from camdash.rendering.files.export import Drawing
    from tests.conftest import radiograph, speckle
    from tests.evidence.test_comparison import SHAPE, analysis, maps

    first, second = (analysis(maps(seed), ("a", "b", "c")) for seed in (1, 2))
    film = radiograph(speckle(*SHAPE))
    offer_downloads(Film(ImageFile.of(name, b"film")), film, [first], Drawing(), compare(first, second))


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("a.b.png", "a.b"),
        ("film.png", "film"),
        ("1.2.840.dcm", "1.2.840"),
        ("study.v1/IM0001", "study.v1-IM0001"),
        ("study/a.b.png", "study-a.b"),
    ],
)
def test_only_the_ending_of_a_file_is_left_out(name: str, stem: str) -> None:
    page = AppTest.from_function(offered, args=(name,)).run()
    assert not page.exception
    buttons = [one.proto.id.rpartition("download-")[2] for one in page.get("download_button")]
    assert len(buttons) == 4 + 1 + 3  # overlays of three classes and their average, the maps, three differences
    assert [one for one in buttons if not one.startswith(f"{stem}_x")] == []


def test_overlays_stand_in_the_order_of_the_viewer_the_predicted_class_first() -> None:
    page = AppTest.from_function(offered, args=("film.png",)).run()
    first = analysis(maps(1), ("a", "b", "c"))
    ranked = [first.prediction.class_names[place] for place in first.prediction.ranking]
    assert ranked != sorted(ranked), "the order of the head would pass"
    assert [one.proto.label for one in page.get("download_button")][:4] == [*ranked, "Average of all classes"]
