import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.classifier.fold import fold, fold_text


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Zölle", "zolle"),
        ("Zo\u0308lle", "zolle"),
        ("GROẞE Straße", "grosse strasse"),
        ("İstanbul ILIK ılık", "istanbul ilik ilik"),
        ("a\u00a0\n\t b", "a b"),
        ("US\u2011China – ’s", "us-china - 's"),
        ("Nvi\u00addia\u200e", "nvidia"),
        ("<b>Nvi</b>dia<br>AT&amp;T", "nvidia at&t"),
        ("ﬁnance Ａ１", "finance a1"),
        ("ガス バス", "ガス バス"),
        ("한국", "한국"),
        ("Ёлка", "елка"),
        ("a < b & c", "a < b & c"),
        ("x\ud800y", "x\ufffdy"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold_text(text) == folded


@pytest.mark.parametrize(
    ("text", "found", "original"),
    [
        ("die  Straße\n\nfrei", "strasse", "Straße"),
        ("<i>AT&amp;T</i> wins", "at&t", "AT&amp;T"),
        ("Zo\u0308lle \u202bhoch", "hoch", "hoch"),
        ("🙂🙂 Nvidia", "nvidia", "Nvidia"),
        ("½ Æther", "aether", "Æther"),
        ("a  <br>  b &#x41;c", "b ac", "b &#x41;c"),
    ],
)
def test_a_span_leads_back_to_the_original(text: str, found: str, original: str) -> None:
    folded = fold(text)
    start = folded.text.index(found)
    begin, end = folded.span(start, start + len(found))
    assert text[begin:end] == original


pieces = st.lists(
    st.one_of(
        st.text(max_size=8),
        st.sampled_from(["ß", "<b>", "</b>", "<br/>", "&amp;", "  ", "\n\n", "İ", "\ufb03", "&#0;"]),
    )
)


@given(pieces.map("".join))
def test_spans_stay_inside_and_in_order_for_any_text(text: str) -> None:
    folded = fold(text)
    last = 0
    for place in range(len(folded.text)):
        begin, end = folded.span(place, place + 1)
        assert last <= begin < end <= len(text)
        last = begin


@given(st.text())
def test_folding_twice_changes_nothing_more_than_markup(text: str) -> None:
    once = fold(text.replace("<", "").replace("&", "")).text
    if "<" not in once and "&" not in once:  # full-width forms fold to these
        assert fold_text(once) == once.strip()
