"""OPML 1.0 and 2.0, the lists of feeds that readers exchange."""

from collections.abc import Iterable
from typing import Final
from xml.sax.saxutils import quoteattr

from lxml import etree

from tocsin.domain.errors import ConfigurationError
from tocsin.domain.feed import Feed
from tocsin.poller.names import language_tag

_MOST: Final = 100_000
_LONGEST_TAG: Final = 60


def read(document: bytes, name: str) -> list[Feed]:
    """The feeds in an OPML document, each address once; folders and categories become tags. Ids are left empty.

    Raises ConfigurationError naming ``name``.
    """
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        raise ConfigurationError(f"{name}: cannot be read as OPML: {error.msg}") from error
    if root is None or etree.QName(root).localname.lower() != "opml":
        raise ConfigurationError(f"{name}: not OPML: it does not begin with an <opml> element")
    found: dict[str, Feed] = {}
    for outline in root.iter("{*}outline"):
        told = {str(key).lower(): str(value).strip() for key, value in outline.attrib.items()}
        url = told.get("xmlurl", "")
        if not url.startswith(("http://", "https://")) or url in found or len(found) == _MOST:
            continue
        folders = [str(above.get("text") or above.get("title") or "") for above in outline.iterancestors("{*}outline")]
        categories = [part.strip("/ ") for part in told.get("category", "").split(",")]
        found[url] = Feed(
            id="",
            url=url,
            source=" ".join((told.get("title") or told.get("text") or "").split()),
            language=language_tag(told.get("language", "")),
            tags=tuple(dict.fromkeys(_tag(tag) for tag in (*reversed(folders), *categories) if _tag(tag))),
        )
    return list(found.values())


def write(feeds: Iterable[Feed], title: str) -> str:
    """An OPML 2.0 document of the feeds, in their order; tags become categories."""
    outlines = "".join(
        f'    <outline type="rss" text={quoteattr(feed.source)} title={quoteattr(feed.source)} '
        f"xmlUrl={quoteattr(feed.url)}"
        + (f" language={quoteattr(feed.language)}" if feed.language else "")
        + (f" category={quoteattr(','.join(feed.tags))}" if feed.tags else "")
        + "/>\n"
        for feed in feeds
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<opml version="2.0">\n'
        f"  <head><title>{title}</title></head>\n  <body>\n{outlines}  </body>\n</opml>\n"
    )


def _tag(word: str) -> str:
    return "-".join(word.lower().split())[:_LONGEST_TAG]
