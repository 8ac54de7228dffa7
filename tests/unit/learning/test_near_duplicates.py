from tocsin.learning.near_duplicates import near_duplicates

TEXTS = {
    "a": "The harbour authority closed the northern quay after a crane lost its load on Tuesday morning.",
    "b": "The harbour authority closed the northern quay after a crane lost its load on Tuesday evening.",
    "c": "Growers in the valley expect an early vintage after a dry and unusually warm spring this year.",
}


def test_texts_that_differ_in_a_word_are_found_once() -> None:
    (pair,) = near_duplicates(TEXTS, least=0.5)
    assert (pair.first, pair.second) == ("a", "b")
    assert 0.7 < pair.similarity < 1


def test_the_same_text_is_wholly_alike() -> None:
    (pair,) = near_duplicates({"x": "short", "y": "SHORT "}, least=0.5)
    assert pair.similarity == 1
