import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.classifier.amounts import MOST, read_amounts


@pytest.mark.parametrize(
    ("language", "text", "value", "unit", "found"),
    [
        ("en", "worth $5.5bn now", 5.5e9, "USD", "$5.5bn"),
        ("en", "worth US$ 5.5 billion", 5.5e9, "USD", "US$ 5.5 billion"),
        ("en", "a 300 million euro loan", 3e8, "EUR", "300 million euro"),
        ("en", "£1,234.50 each", 1234.5, "GBP", "£1,234.50"),
        ("en", "¥500bn plan", 5e11, "JPY", "¥500bn"),
        ("en", "USD 12 million", 1.2e7, "USD", "USD 12 million"),
        ("en", "fell 12.5%", 12.5, "%", "12.5%"),
        ("en", "up 3 per cent", 3, "%", "3 per cent"),
        ("en", "by 25 basis points", 0.25, "%", "25 basis points"),
        ("en", "5 billion won", 5e9, "KRW", "5 billion won"),
        ("de", "rund 5,5 Milliarden Dollar", 5.5e9, "USD", "5,5 Milliarden Dollar"),
        ("de", "4 Billionen US-Dollar", 4e12, "USD", "4 Billionen US-Dollar"),
        ("de", "1 Billion Euro", 1e12, "EUR", "1 Billion Euro"),
        ("de", "1.234,5 Mio. Euro", 1.2345e9, "EUR", "1.234,5 Mio. Euro"),
        ("de", "4,7 Mrd. €", 4.7e9, "EUR", "4,7 Mrd. €"),
        ("de", "um 12 Prozent", 12, "%", "12 Prozent"),
        ("de", "2024 3 Mio. Franken", 3e6, "CHF", "3 Mio. Franken"),
        ("de", "10.000 Euro", 10_000, "EUR", "10.000 Euro"),
        ("fr", "300 millions d’euros", 3e8, "EUR", "300 millions d’euros"),
        ("fr", "1 250 000 euros", 1_250_000, "EUR", "1 250 000 euros"),
        ("es", "2 mil millones de dólares", 2e9, "USD", "2 mil millones de dólares"),
        ("zh", "达55亿美元", 5.5e9, "USD", "55亿美元"),
        ("zh", "约1.2万亿元", 1.2e12, "CNY", "1.2万亿元"),
        ("zh", "增长12%", 12, "%", "12%"),
        ("ja", "3兆円", 3e12, "JPY", "3兆円"),
        ("ru", "5 млрд долларов", 5e9, "USD", "5 млрд долларов"),
        ("tr", "3 MİLYAR dolar", 3e9, "USD", "3 MİLYAR dolar"),
        (None, "€1,500", 1500, "EUR", "€1,500"),
    ],
)
def test_amounts(language: str | None, text: str, value: float, unit: str, found: str) -> None:
    (amount,) = read_amounts("summary", text, language)
    assert (amount.value, amount.currency or amount.unit, amount.text) == (value, unit, found)
    assert text[amount.start : amount.end] == found
    assert amount.field == "summary"


@pytest.mark.parametrize(
    "text",
    ["won 5 medals", "the 5 won", "5 try again", "H20 chips", "in 2024", "iPhone 15", "Top 10", "9" * 400 + " dollars"],
)
def test_other_numbers_are_none(text: str) -> None:
    assert read_amounts("title", text, "en") == []


def test_a_table_is_not_read_to_its_end() -> None:
    assert len(read_amounts("content", "$5 " * 1000, "en")) == MOST


@given(st.text(alphabet="0123456789.,' $€%亿İKſbnmilardo ", max_size=60))
def test_any_text_gives_finite_amounts_that_stand_in_it(text: str) -> None:
    for amount in read_amounts("title", text, "tr"):
        assert text[amount.start : amount.end] == amount.text
        assert 0 <= amount.value < 1e30
