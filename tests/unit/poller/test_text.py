import time

import pytest

from tocsin.poller.text import cut, from_html, looks_like_html, plain, unscrambled


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>One&nbsp;two</p><p>three", "One two\nthree"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("x <script>if (a < b) alert('</p>')</script> y", "x y"),
        ("x<style>p {}", "x"),
        ("<!-- <p>no</p> -->yes<!-- open", "yes"),
        ('<img alt="a > b">c', "c"),
        ("<p it's>kept</p>", "kept"),
        ("5 < 6 and 7 > 6", "5 < 6 and 7 > 6"),
        ("&lt;b&gt; &amp;amp; &#8364; &#x20AC;", "<b> &amp; € €"),
        ("<td>1</td><td>2</td>", "1 2"),
        ("<b>no</b>space", "nospace"),
        ("line\nbreak in source", "line break in source"),
        ("Export\u00adkontrolle\u200b \x00\ud800", "Exportkontrolle"),
        ("<![CDATA[x]]>", "x"),
        ("", ""),
    ],
)
def test_shows_what_a_reader_sees(markup: str, expected: str) -> None:
    assert from_html(markup, 1000) == expected


@pytest.mark.parametrize("piece", ["<", "<a ", "<a b='", "<!--", "<!", "</", "<script>", "&", '<a "', "<p ' "])
def test_takes_linear_time(piece: str) -> None:
    began = time.perf_counter()
    assert len(from_html(piece * 200_000, 1000)) <= 1000
    assert time.perf_counter() - began < 5


def test_is_bounded() -> None:
    assert len(from_html("<p>word</p>" * 100_000, 500)) <= 500
    assert cut("alpha beta gamma", 12) == "alpha beta…"
    assert cut("x" * 20, 10) == "x" * 9 + "…"
    assert plain("  a \r\n\r\n b\t c ", 100) == "a\nb c"


def test_knows_markup_from_text() -> None:
    assert looks_like_html("<b>x</b>")
    assert looks_like_html("AT&amp;T")
    assert looks_like_html("a<br>b")
    assert not looks_like_html("AT&T: 5 < 6 > 4")
    assert not looks_like_html("the <marquee-like> word")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Z\u00c3\u00b6lle", "Zölle"),
        ("It\u00e2\u20ac\u2122s", "It’s"),
        ("\u00e6\u2014\u00a5\u00e6\u0153\u00ac\u00e8\u00aa\u017e", "日本語"),
        ("\u00d0\u02dc\u00d0\u00bc\u00d0\u00bf\u00d0\u00be\u00d1\u0080\u00d1\u201a", "Импорт"),
        ("Zölle", "Zölle"),
        ("NÃO “É” MAÇÃ", "NÃO “É” MAÇÃ"),
        ("Â is a letter", "Â is a letter"),
        ("café\u00a0— là\u00a0« bas\u00a0»", "café\u00a0— là\u00a0« bas\u00a0»"),
        ("café\u00a0— x", "café\u00a0— x"),
    ],
)
def test_puts_right_what_was_decoded_wrongly_by_its_publisher(text: str, expected: str) -> None:
    assert unscrambled(text) == expected
