"""Escaping for the dialects that channels read, and links in them."""

import html
import re
from typing import Any, Final

from markupsafe import Markup

from tocsin.ports.sender import Dialect

_MARKDOWN: Final = re.compile(r"([\\`*_\[\]|~<>])")
_LINE_START: Final = re.compile(r"^(\s*)([#+-]|\d+\.)", re.MULTILINE)
_HTTP: Final = re.compile(r"https?://[^\s<>\"'`\\]+\Z")


class Ready(str):
    """Text that is in the dialect already."""

    __slots__ = ()


def escape(value: Any, dialect: Dialect) -> Any:
    """A value as it goes into text of this dialect. HTML is escaped by Jinja itself."""
    if dialect != "markdown" or isinstance(value, Ready) or not isinstance(value, str):
        return value
    return _LINE_START.sub(r"\1\\\2", _MARKDOWN.sub(r"\\\1", value))


def safe_url(url: str) -> str:
    """The URL if it is one to click on, with nothing in it that could end it early; else empty."""
    if not _HTTP.match(url):
        return ""
    return url.replace("(", "%28").replace(")", "%29").replace("[", "%5B").replace("]", "%5D").replace("|", "%7C")


def link(label: str, url: str, dialect: Dialect) -> Ready | Markup:
    """A link that says ``label``: ``label: url`` where there is only text."""
    if dialect == "html":
        return Markup('<a href="{}">{}</a>').format(url, label)
    if dialect == "markdown":
        return Ready(f"[{escape(label, dialect)}]({url})")
    return Ready(f"{label}: {url}" if label else url)


def page(text: str, language: str) -> str:
    """Plain text as a simple HTML page: lines kept, addresses made links."""
    lines = html.escape(text)
    linked = re.sub(
        r"https?://[^\s<>&]+(?:&amp;[^\s<>&]+)*", lambda found: f'<a href="{found[0]}">{found[0]}</a>', lines
    )
    body = linked.replace("\n", "<br>\n")
    return f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"></head><body>{body}</body></html>'
