"""Figures of a text: the same number in every way of writing it."""

import pytest

from tocsin.classifier.figures import read_figures


@pytest.mark.parametrize(
    ("text", "language", "figures"),
    [
        ("39万4000台", "ja", (394000,)),
        ("39만4천대", "ko", (394000,)),
        ("1조2000억원", "ko", (1.2e12,)),
        ("1兆2345億円", "ja", (1.2345e12,)),
        ("2万5千人、3000社", "ja", (25000, 3000)),
        ("39万 4000", "ja", (390000, 4000)),  # a space between them: two numbers
        ("86万", "zh", (860000,)),
        ("3 million and 4,000", "en", (3e6, 4000)),
    ],
)
def test_the_lower_part_belongs_to_the_number(text: str, language: str, figures: tuple[float, ...]) -> None:
    assert read_figures(text, language) == figures
