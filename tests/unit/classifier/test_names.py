"""Names as languages share them."""

import pytest

from tocsin.classifier.names import read_names


@pytest.mark.parametrize("title", ["Un tableau d'Ensor dérobé", "Schilderij van Ensor gestolen", "L’Ensor volé"])
def test_an_elided_article_hides_no_name(title: str) -> None:
    assert "ansr" in read_names(title)


def test_a_name_with_an_apostrophe_stays_one_word() -> None:
    assert read_names("O'Neill wins") == read_names("Neill wins")


def test_products_and_drugs_stand_as_they_are() -> None:
    assert read_names("the H20 and inclacumab") == ("#h20", "#inclacumab")


def test_twenty_of_a_kind_are_of_that_kind() -> None:
    assert read_names("twenty A220s") == read_names("an A220")
