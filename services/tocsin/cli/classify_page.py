"""The article behind a web address, as a text to classify."""

import asyncio
import html
import re
from typing import Final

from tocsin.adapters.http.fetcher import AiohttpFetcher
from tocsin.classifier.classify import Text
from tocsin.domain.errors import ConfigurationError
from tocsin.domain.feed import Validators
from tocsin.poller import charset, page_text
from tocsin.ports.clock import system_clock
from tocsin.ports.fetcher import Fetched, FetchError
from tocsin.settings.schema import PollerSettings

# the headline that a page gives to those who link to it, before that of its browser tab, which carries the site's name
_TITLES: Final = (
    re.compile(r"""<meta[^>]+property=["']og:title["'][^>]+content=["']([^"']+)""", re.IGNORECASE),
    re.compile(r"<h1[^>]*>(.*?)</h1>", re.IGNORECASE | re.DOTALL),
    re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL),
)
_TAG: Final = re.compile(r"<[^<>]{1,300}>")


def is_address(given: str) -> bool:
    """Whether this is a web address and no file."""
    return given.startswith(("http://", "https://"))


def page(url: str, language: str | None, settings: PollerSettings) -> Text:
    """The page's headline and article. Raises ConfigurationError when it cannot be had."""
    if not page_text.available():
        raise ConfigurationError("reading web pages needs trafilatura: pip install 'tocsin[fulltext]'")
    try:
        fetched = asyncio.run(_fetch(url, settings))
    except FetchError as error:
        raise ConfigurationError(f"{url}: {error}") from error
    body = fetched.body or b""
    content = page_text.extract(body, fetched.content_type)
    if not content:
        raise ConfigurationError(f"{url}: no article found on this page; save its text and give the file instead")
    return Text(title=_title(charset.decode(body, fetched.content_type)), content=content, language=language)


async def _fetch(url: str, settings: PollerSettings) -> Fetched:
    fetcher = AiohttpFetcher(settings, clock=system_clock)
    try:
        return await fetcher.fetch(url, Validators())
    finally:
        await fetcher.close()


def _title(source: str) -> str:
    for pattern in _TITLES:
        found = pattern.search(source)
        if found:
            return html.unescape(_TAG.sub("", found.group(1))).strip()
    return ""
