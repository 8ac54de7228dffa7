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
