"""The article on a web page, without what stands around it. Needs the extra ``fulltext``."""

import importlib.util

from tocsin.poller import charset, limits
from tocsin.poller.text import plain


def available() -> bool:
    """Whether the extra is installed."""
    return importlib.util.find_spec("trafilatura") is not None


def extract(body: bytes, content_type: str | None) -> str:
    """The article's text, paragraphs as lines; empty when the page has none."""
    import trafilatura

    found = trafilatura.extract(
        charset.decode(body, content_type),
        include_comments=False,
        include_tables=False,
        favor_precision=True,
        deduplicate=False,
    )
    return plain(found or "", limits.CONTENT)
