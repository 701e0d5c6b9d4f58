"""Numbers as they stand in files: by the standard, by other habits, and none."""

import pytest

from camdash.images.dicom.dataset.numerals import Numeral, read_numeral


@pytest.mark.parametrize(
    ("text", "value"),
    [("12", 12), (" -1.5 ", -1.5), ("+.5", 0.5), ("5.", 5), ("1E3", 1000), ("1e-5\0", 1e-5), ("0", 0), ("\t7\r\n", 7)],
)
def test_numbers_by_the_standard(text: str, value: float) -> None:
    assert read_numeral(text) == Numeral(value, as_standard=True)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1000,5", 1000.5), ("-0,5", -0.5), (",5", 0.5), ("5,", 5), ("1,5e3", 1500), ("1000,2000", 1000.2),
        ("1.000,5", 1000.5), ("1,000.5", 1000.5), ("1 000", 1000), ("1 000,5", 1000.5), ("1'000.5", 1000.5),
        ("1,000,000", 1e6), ("1.000.000", 1e6), ("-12,345,678.25", -12345678.25), ("1\u00a0000", 1000),
        ("400 HU", 400), ("400hu", 400), ("0,2 mm", 0.2), ("99 %", 99),
    ],
)  # fmt: skip
def test_numbers_by_other_habits(text: str, value: float) -> None:
    assert read_numeral(text) == Numeral(value, as_standard=False)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", ",", ".", "-", "+,", "wide", "nan", "inf", "-infinity", "1e400", "-1,5e999", "0x10", "1_000", "\u00b2",
        "\u0663",
        "1.2.3", "1,2,3", "40,400,3", "1,000,5", "12 34", "1 0000", "--1", "1e", "5 k", "5 MHU", "HU", "1000\\5",
    ],
)  # fmt: skip
def test_texts_that_are_no_number(text: str) -> None:
    assert read_numeral(text) is None
