import pytest

from tocsin.poller.charset import decode
from tocsin.poller.parse import parse_feed

TEXTS = {
    "gb2312": "出口管制 贸易",
    "gbk": "出口管制 貿易",
    "gb18030": "出口管制 贸易",
    "big5": "出口管制 貿易",
    "windows-1251": "Экспорт и пошлины",
    "koi8-r": "Экспорт и пошлины",
    "iso-8859-1": "Zölle für Käse",
    "iso-8859-2": "Cła na węgiel łódź",
    "windows-1252": "Zölle – 5 €",
    "shift_jis": "輸出を制限 ソ連",
    "euc-jp": "輸出を制限",
    "iso-2022-jp": "輸出を制限",
    "euc-kr": "수출 통제",
    "windows-1254": "İhracat şartı",
    "utf-8": "出口 Экспорт für",
    "utf-16": "出口 Экспорт für",
}


def document(title: str, encoding: str | None, language: str = "") -> str:
    label = f" encoding='{encoding}'" if encoding else ""
    said = f"<language>{language}</language>" if language else ""
    items = f"<item><title>{title}</title></item>"
    return f"<?xml version='1.0'{label}?><rss version='2.0'><channel>{said}{items}</channel></rss>"


def title(body: bytes, content_type: str | None = None) -> str:
    return parse_feed(body, content_type=content_type, url="").items[0].title


@pytest.mark.parametrize("encoding", TEXTS)
def test_label_in_the_document(encoding: str) -> None:
    assert title(document(TEXTS[encoding], encoding).encode(encoding)) == TEXTS[encoding]


@pytest.mark.parametrize("encoding", TEXTS)
def test_label_from_the_server(encoding: str) -> None:
    header = f'text/xml; charset="{encoding.upper()}"'
    assert title(document(TEXTS[encoding], None).encode(encoding), header) == TEXTS[encoding]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("iso-8859-1", "utf-8"), ("us-ascii", "utf-8"), ("utf-16", "utf-8"), ("nonsense", "utf-8"), ("utf-8", "gbk")],
)
def test_wrong_label_in_the_document(wrong: str, right: str) -> None:
    text = TEXTS[right]
    assert title(document(text, wrong).encode(right), f"text/xml; charset={right}") == text


def test_wrong_label_from_the_server() -> None:
    text = TEXTS["windows-1251"]
    body = document(text, "windows-1251").encode("windows-1251")
    assert title(body, "text/xml; charset=utf-8") == text
    assert title(body, "text/xml; charset=ISO-8859-1") == text


@pytest.mark.parametrize(
    ("language", "encoding"),
    [("ru", "windows-1251"), ("zh-CN", "gbk"), ("zh-TW", "big5"), ("ja", "shift_jis"), ("ko", "euc-kr")],
)
def test_no_label_but_a_language(language: str, encoding: str) -> None:
    assert title(document(TEXTS[encoding], None, language).encode(encoding)) == TEXTS[encoding]


def test_no_label_at_all() -> None:
    assert title(document(TEXTS["utf-8"], None).encode()) == TEXTS["utf-8"]
    assert title(document("Zölle – 5 €", None).encode("windows-1252")) == "Zölle – 5 €"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le"])
def test_no_byte_order_mark(encoding: str) -> None:
    assert title(document(TEXTS["utf-16"], None).encode(encoding)) == TEXTS["utf-16"]


def test_few_broken_bytes_do_not_change_the_encoding() -> None:
    body = document("ü" * 500 + "BREAK", "utf-8").encode().replace(b"BREAK", b"\xff")
    assert title(body) == "ü" * 500 + "\ufffd"


@pytest.mark.parametrize("label", ["idna", "unicode_escape", "zlib", "hex", "utf-7", "undefined", "rot13", "os.path"])
def test_labels_that_are_no_encodings_of_text(label: str) -> None:
    assert "Zölle" in decode(document("Zölle", label).encode(), f"text/xml; charset={label}")


UNLABELLED = {
    "cp932": "輸出を制限する新しい規則が発表された",
    "euc_jp": "輸出を制限する新しい規則が発表された",
    "gb18030": "商务部宣布对稀土实施出口管制，自十二月一日起生效",
    "big5": "經濟部宣布對晶片實施出口管制，自十二月一日起生效",
    "cp949": "정부는 반도체 수출 규제를 발표했다",
    "cp1251": "Правительство объявило о новых пошлинах",
    "koi8-r": "Правительство объявило о новых пошлинах",
    "iso-8859-5": "Правительство объявило о новых пошлинах",
    "cp1253": "Η κυβέρνηση ανακοίνωσε νέους δασμούς",
    "cp1255": "הממשלה הודיעה על מכסים חדשים על יבוא פלדה",
    "cp1256": "أعلنت الحكومة عن رسوم جمركية جديدة",
    "cp874": "รัฐบาลประกาศภาษีนำเข้าเหล็กใหม่",
    "cp1250": "Rząd ogłosił nowe cła na stal – źródło",
    "cp1254": "Hükümet çelik ithalatına yeni gümrük vergileri açıkladı",
    "cp1252": "Zölle für Käse – “neue” Regeln",
    "iso-2022-jp": "輸出を制限する新しい規則",
}


@pytest.mark.parametrize("encoding", UNLABELLED)
def test_no_label_and_no_language(encoding: str) -> None:
    assert title(document(UNLABELLED[encoding], None).encode(encoding)) == UNLABELLED[encoding]


# between two encodings of Latin letters a label stands
@pytest.mark.parametrize("encoding", sorted(UNLABELLED.keys() - {"cp1250", "cp1254"}))
@pytest.mark.parametrize("label", ["utf-8", "iso-8859-1"])
def test_a_label_that_cannot_be(encoding: str, label: str) -> None:
    assert title(document(UNLABELLED[encoding], label).encode(encoding)) == UNLABELLED[encoding]


@pytest.mark.parametrize("encoding", ["cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp874", "koi8-r"])
@pytest.mark.parametrize("text", ["©", "« »", "A – B", "é"])
def test_little_evidence_moves_no_label(encoding: str, text: str) -> None:
    body = document(text, encoding).encode(encoding, "replace")
    assert title(body) == body.decode(encoding).partition("<title>")[2].partition("<")[0]


@pytest.mark.parametrize("label", ["x-sjis", "Windows-31J", "SJIS", "MS932", "x-x"])
def test_nicknames(label: str) -> None:
    assert title(document("輸出を制限", label).encode("cp932")) == "輸出を制限"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("lead", ["", "\n ", "\ufeff"])
def test_wide_characters(encoding: str, lead: str) -> None:
    assert title((lead + document("出口 für", "utf-8")).encode(encoding)) == "出口 für"


def test_a_byte_order_mark_that_is_wrong() -> None:
    assert title(b"\xff\xfe" + document("Zölle", None).encode()) == "Zölle"
    assert title(b"\xef\xbb\xbf" + document("Zölle", "iso-8859-1").encode("iso-8859-1")) == "Zölle"


def test_windows_quotes_in_utf_8() -> None:
    body = document("Zölle für Käse, über Größe: QUOTE", None).encode().replace(b"QUOTE", b"it\x92s")
    assert title(body) == "Zölle für Käse, über Größe: it’s"
