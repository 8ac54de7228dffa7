"""Sample feeds: what they say, when they say it, and their documents as RSS, Atom and JSON Feed."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from importlib import resources
from typing import Literal
from xml.etree import ElementTree as ET

import yaml
from msgspec import Struct, convert

ATOM = "http://www.w3.org/2005/Atom"


class SampleItem(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An item. ``at`` is when it is released, in seconds after the first request."""

    id: str
    title: str
    at: float = 0.0
    summary: str = ""


class SampleFeed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A feed and all its items, past and to come."""

    id: str
    form: Literal["rss", "atom", "json"]
    title: str
    language: str
    items: tuple[SampleItem, ...] = ()


def bundled() -> tuple[SampleFeed, ...]:
    """The sample pack of the demo: four made-up outlets in four languages."""
    text = resources.files(__package__).joinpath("samples/pack.yaml").read_text("utf-8")
    return convert(yaml.safe_load(text), dict[str, tuple[SampleFeed, ...]])["feeds"]


def document(feed: SampleFeed, items: Sequence[SampleItem], *, base: str, start: datetime) -> tuple[str, bytes]:
    """Content type and body of a feed that shows ``items``, newest first. ``base`` is the outlet's address."""
    times = {item.id: start + timedelta(seconds=item.at) for item in items}
    newest = sorted(items, key=lambda item: item.at, reverse=True)
    if feed.form == "atom":
        return _atom(feed, newest, base, times, start)
    return (_rss if feed.form == "rss" else _json)(feed, newest, base, times)


def _rss(feed: SampleFeed, items: Sequence[SampleItem], base: str, times: dict[str, datetime]) -> tuple[str, bytes]:
    rss = ET.Element("rss", version="2.0")
    channel = ET.SubElement(rss, "channel")
    for name, text in (("title", feed.title), ("link", base), ("description", feed.title), ("language", feed.language)):
        ET.SubElement(channel, name).text = text
    for item in items:
        entry = ET.SubElement(channel, "item")
        ET.SubElement(entry, "title").text = item.title
        ET.SubElement(entry, "link").text = f"{base}/{item.id}"
        ET.SubElement(entry, "guid", isPermaLink="false").text = item.id
        ET.SubElement(entry, "pubDate").text = format_datetime(times[item.id])
        ET.SubElement(entry, "description").text = item.summary
    return "application/rss+xml", ET.tostring(rss, "utf-8", xml_declaration=True)


def _atom(
    feed: SampleFeed, items: Sequence[SampleItem], base: str, times: dict[str, datetime], start: datetime
) -> tuple[str, bytes]:
    ET.register_namespace("", ATOM)
    root = ET.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": feed.language})
    ET.SubElement(root, f"{{{ATOM}}}title").text = feed.title
    ET.SubElement(root, f"{{{ATOM}}}id").text = base
    ET.SubElement(root, f"{{{ATOM}}}updated").text = max([start, *times.values()]).isoformat()
    for item in items:
        entry = ET.SubElement(root, f"{{{ATOM}}}entry")
        ET.SubElement(entry, f"{{{ATOM}}}title").text = item.title
        ET.SubElement(entry, f"{{{ATOM}}}id").text = f"urn:{feed.id}:{item.id}"
        ET.SubElement(entry, f"{{{ATOM}}}link", href=f"{base}/{item.id}")
        ET.SubElement(entry, f"{{{ATOM}}}published").text = times[item.id].isoformat()
        ET.SubElement(entry, f"{{{ATOM}}}updated").text = times[item.id].isoformat()
        ET.SubElement(entry, f"{{{ATOM}}}summary").text = item.summary
    return "application/atom+xml", ET.tostring(root, "utf-8", xml_declaration=True)


def _json(feed: SampleFeed, items: Sequence[SampleItem], base: str, times: dict[str, datetime]) -> tuple[str, bytes]:
    body = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "language": feed.language,
        "home_page_url": base,
        "items": [
            {
                "id": item.id,
                "url": f"{base}/{item.id}",
                "title": item.title,
                "content_text": item.summary,
                "date_published": times[item.id].isoformat(),
            }
            for item in items
        ],
    }
    return "application/feed+json", json.dumps(body, ensure_ascii=False).encode()
