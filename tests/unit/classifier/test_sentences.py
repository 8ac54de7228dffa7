from itertools import pairwise

import pytest

from tocsin.classifier.sentences import LONGEST, sentence_at, sentence_starts


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three?", ["One. ", "Two! ", "Three?"]),
        ("Up 5.5 percent. Then down.", ["Up 5.5 percent. ", "Then down."]),
        ("The U.S. Senate met. It voted.", ["The U.S. Senate met. ", "It voted."]),
        ("Rund 5 Mio. Euro flossen. Das war viel.", ["Rund 5 Mio. Euro flossen. ", "Das war viel."]),
        ("Am 3. März tagt er. Dann nicht.", ["Am 3. März tagt er. ", "Dann nicht."]),
        ("美联储加息。市场下跌。", ["美联储加息。", "市场下跌。"]),
        ("Heading\n\nText wrapped\nhere.", ["Heading\n\n", "Text wrapped\nhere."]),
        ("He said “yes.” She left.", ["He said “yes.” ", "She left."]),
        ("", [""]),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    starts = sentence_starts(text)
    assert [text[begin:end] for begin, end in zip(starts, [*starts[1:], len(text)], strict=True)] == sentences


def test_a_text_without_end_marks_is_cut() -> None:
    starts = sentence_starts("word " * 1000)
    assert max(end - begin for begin, end in pairwise(starts)) == LONGEST


def test_an_offset_is_in_the_sentence_that_holds_it() -> None:
    assert [sentence_at([0, 5], offset) for offset in (0, 4, 5, 9)] == [0, 0, 1, 1]
