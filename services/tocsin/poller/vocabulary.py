"""Names of feed elements, spelt as feedparser spells them, and what the quick reader may do with each."""

from functools import lru_cache
from typing import Final

from feedparser.mixin import _FeedParserMixin

_PREFIXES: Final[dict[str, str]] = {uri.lower(): prefix for uri, prefix in _FeedParserMixin.namespaces.items()}
"""Namespace → prefix; the judge's own table, so that both readers call an element the same."""
_USERLAND: Final = "backend.userland.com/rss"

_HANDLED: Final = frozenset(
    name.removeprefix("_start_").removeprefix("_end_").lower()
    for name in dir(_FeedParserMixin)
    if name.startswith(("_start_", "_end_"))
)
"""Elements that feedparser gives a meaning."""

_HARMLESS: Final = frozenset([
    # they have a meaning, but none that changes what we keep
    "admin_errorreportsto", "admin_generatoragent", "cc_license", "cloud", "comments", "copyright",
    "creativecommons_license", "dc_contributor", "dc_publisher", "dc_rights", "dcterms_valid", "email", "enclosure",
    "expirationdate", "feedburner_browserfriendly", "generator", "georss_box", "georss_line", "georss_point",
    "georss_polygon", "georss_where", "gml_exterior", "gml_linearring", "gml_linestring", "gml_point", "gml_polygon",
    "gml_pos", "gml_poslist", "height", "homepage", "info", "itunes_block", "itunes_explicit", "itunes_email",
    "itunes_image", "itunes_link", "itunes_name", "itunes_owner", "itunes_subtitle", "media_content",
    "media_credit", "media_license", "media_player",
    "media_rating", "media_restriction", "media_thumbnail", "name", "psc_chapter", "psc_chapters", "rights", "subtitle",
    "tagline", "uri", "url", "webmaster", "where", "width",
])  # fmt: skip
_MARKUP: Final = frozenset(["copyright", "dc_rights", "info", "itunes_subtitle", "rights", "subtitle", "tagline",
                            "feedburner_browserfriendly"])  # fmt: skip
"""Harmless, unless there are elements inside: then what follows is read differently."""
_RESERVED: Final = frozenset(["authors", "author_detail", "content_detail", "links", "summary_detail", "title_detail",
                              "entries", "contributors", "publisher_detail"])  # fmt: skip
"""Elements without a meaning whose names feedparser would file over its own."""


@lru_cache(maxsize=4096)
def name(tag: str, prefix: str | None) -> str:
    """``{namespace}local`` as feedparser's handlers call it: ``dc_date``, ``pubdate``."""
    namespace, bracket, local = tag.rpartition("}")
    uri = namespace[1:].lower() if bracket else ""
    if _USERLAND in uri:
        return local.lower()
    known = _PREFIXES.get(uri, prefix or "") if uri else prefix or ""
    return f"{known}_{local}".lower() if known else local.lower()


@lru_cache(maxsize=4096)
def is_harmless(element: str, *, has_children: bool) -> bool:
    """Whether an element of this name can be passed over, its descendants being so too."""
    if element in _HANDLED:
        return element in _HARMLESS and not (has_children and element in _MARKUP)
    return element not in _RESERVED and ":" not in element and element.isascii()
