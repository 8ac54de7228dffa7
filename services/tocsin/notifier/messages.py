"""An alert as a message for people: short, with the reason, in the subscriber's language and the channel's dialect."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import structlog
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader, TemplateError, TemplateNotFound

from tocsin.domain.delivery import Delivery
from tocsin.domain.subscription import Channel, Subscriber
from tocsin.notifier import view
from tocsin.notifier.fit import fit
from tocsin.notifier.labels import Labels, choose, labels
from tocsin.notifier.links import Action, LinkSigner
from tocsin.notifier.markup import Ready, page, safe_url
from tocsin.notifier.sandbox import Sandbox
from tocsin.notifier.text import duration, moment, plain
from tocsin.ports.sender import Dialect, Message, Traits
from tocsin.settings.schema import NotifierSettings

log = structlog.get_logger()

_BUILT_IN: Final = "built-in"
_STORY_KINDS: Final = frozenset({"alert", "update", "correction"})
_LINKS: Final[tuple[Action, ...]] = ("open", "useful", "noise", "mute")


class Messages:
    """Makes messages from templates. Thread-safe.

    The operator's folder (``settings.templates``) comes first: ``<subscriber>/<channel>/<kind>.<language>.txt.j2``,
    then without the language, then the same without the folders, then the built-in ``<kind>.txt.j2``; likewise
    ``.html.j2`` for e-mail. The first line of a text is its title.
    """

    def __init__(self, settings: NotifierSettings, keys: Sequence[bytes] = ()) -> None:
        self._links = LinkSigner(keys, settings.public_url)
        built_in = PrefixLoader({_BUILT_IN: PackageLoader("tocsin.notifier")})
        own = [FileSystemLoader(settings.templates)] if settings.templates else []
        loader = ChoiceLoader([built_in, *own])
        self._sandboxes: dict[Dialect, Sandbox] = {
            # the built-in ones do not change, and looking after them twice a message lets other threads in
            dialect: Sandbox(dialect, loader, auto_reload=bool(own))
            for dialect in ("text", "markdown", "html")
        }
        self._own = _templates(Path(settings.templates)) if settings.templates else frozenset()

    def message(
        self, delivery: Delivery, *, subscriber: Subscriber, channel: Channel, traits: Traits, now: datetime
    ) -> Message:
        """The message for a delivery. ``now`` is when it is sent, for the latency line.

        An operator's template that fails on this alert is passed over for the built-in one, with an error in the log:
        the alert is told either way.
        """
        language = choose(subscriber.language)
        values = self._values(delivery, subscriber, channel, language, now)
        kind = delivery.alert.kind
        dialect: Dialect = "markdown" if traits.dialect == "markdown" else "text"

        def render(detail: int) -> tuple[str, str]:
            values_now = values | {"detail": detail, "separator": " · " if dialect == "markdown" else Ready("\n")}
            text = self._render(kind, "txt", language, subscriber, channel, dialect, values_now)
            title, _, body = text.strip().partition("\n")
            return title.strip(), body.strip() or title.strip()

        link = str(values.get("link_url", ""))
        title, body = fit(render, traits, link)
        rich = ""
        if traits.dialect == "html":
            rich = self._html(kind, language, subscriber, channel, values) or page(body, language)
        return Message(
            title=title,
            body=body,
            html=rich,
            headers=_headers(str(values["unsubscribe"])),
            idempotency_key=delivery.id,
            data=_data(delivery, values),
            type=f"org.tocsin.{kind}.v1",
        )

    def _html(
        self, kind: str, language: str, subscriber: Subscriber, channel: Channel, values: Mapping[str, Any]
    ) -> str:
        try:
            return self._render(
                "alert" if kind in _STORY_KINDS and not self._has(f"{kind}.html.j2") else kind,
                "html",
                language,
                subscriber,
                channel,
                "html",
                {**values, "detail": 3, "separator": " · "},
            ).strip()
        except TemplateNotFound:
            return ""

    def _has(self, name: str) -> bool:
        return any(each == name or each.endswith(f"/{name}") for each in self._own)

    def _render(  # noqa: PLR0917 - where it goes, and how
        self,
        kind: str,
        form: str,
        language: str,
        subscriber: Subscriber,
        channel: Channel,
        dialect: Dialect,
        values: Mapping[str, Any],
    ) -> str:
        place = f"{subscriber.id}/{channel.id}/"
        names = [f"{at}{kind}{tongue}.{form}.j2" for at in (place, "") for tongue in (f".{language}", "")]
        sandbox = self._sandboxes[dialect]
        for name in names:
            if name in self._own:
                try:
                    text = sandbox.rendered(name, values)
                    if text.strip():
                        return text
                    log.error("template.empty", template=name)
                except (TemplateError, ArithmeticError, TypeError, ValueError, LookupError, RecursionError) as error:
                    log.error("template.failed", template=name, reason=f"{type(error).__name__}: {error}")  # noqa: TRY400 - the reason says it
        return sandbox.rendered(f"{_BUILT_IN}/{kind}.{form}.j2", values)

    def try_out(self, name: str, dialect: Dialect, values: Mapping[str, Any]) -> str:
        """A template of the operator's, rendered. Raises what is wrong with it."""
        return self._sandboxes[dialect].rendered(name, values)

    def values(
        self, delivery: Delivery, *, subscriber: Subscriber, channel: Channel, language: str, now: datetime
    ) -> dict[str, Any]:
        """What templates see for a delivery."""
        return self._values(delivery, subscriber, channel, language, now) | {"detail": 3, "separator": " · "}

    def _values(
        self, delivery: Delivery, subscriber: Subscriber, channel: Channel, language: str, now: datetime
    ) -> dict[str, Any]:
        alert, tongue = delivery.alert, labels(language)
        told = view.story(alert.signal, now, tongue)
        facts = view.facts(alert.facts, now, tongue) | {"subscriber": subscriber.id}
        links = {
            action: self._links.url(action, subscriber=subscriber.id, subject=alert.story, alert=alert.id, now=now)
            for action in _LINKS
        }
        stories = [view.story(each, now, tongue) for each in alert.digest] or [told]
        return {
            **{name: value for name, value in told.items() if name != "link"},
            **_notices(delivery, facts, tongue, now),
            "kind": alert.kind,
            "language": language,
            "t": tongue.words,
            "link_url": told["link"],
            "reason": plain(alert.reason, 200),
            "note": _note(delivery, tongue),
            "subscriptions": [plain(each, 60) for each in alert.subscriptions],
            "stories": stories,
            "digest_title": tongue.words["digest"].format(count=len(stories)),
            "links": [
                {"action": each, "label": tongue.words[each], "url": safe_url(url)}
                for each, url in links.items()
                if url
            ],
            "unsubscribe": self._links.url(
                "unsubscribe", subscriber=subscriber.id, subject=channel.id, alert=alert.id, now=now
            ),
            "facts": facts,
        }


def _templates(folder: Path) -> frozenset[str]:
    return frozenset(path.relative_to(folder).as_posix() for path in folder.rglob("*.j2"))


def _notices(delivery: Delivery, facts: Mapping[str, str], tongue: Labels, now: datetime) -> dict[str, str]:
    """The sentences of messages about Tocsin itself."""
    words, alert = tongue.words, delivery.alert
    place = {"channel": plain(facts.get("channel", delivery.channel), 60), "subscriber": plain(facts["subscriber"], 60)}
    told = {"test_body": words["test_body"].format(**place)}
    if alert.gap is not None:
        told |= {
            "gap_title": words["gap"].format(
                source=plain(alert.signal.article.source, 80),
                since=moment(alert.gap.since, now, tongue),
                until=moment(alert.gap.until, now, tongue),
            ),
            "gap_body": words["gap_body"].format(
                feed=plain(alert.signal.article.feed, 80),
                late=alert.gap.late,
                length=duration(alert.gap.until - alert.gap.since, tongue),
            ),
        }
    if alert.kind == "channel-failing":
        told |= {
            "failing_title": words["failing"].format(**place),
            "failing_body": words["failing_body"].format(
                since=facts["since"], failures=facts["failures"], error=facts["error"]
            ),
        }
    if alert.kind == "verification":
        told |= {"verification_body": words["verification_body"].format(**place, code=facts["code"])}
    return told


def _note(delivery: Delivery, tongue: Labels) -> str:
    """Why this came here, or again."""
    notes = []
    if delivery.fallback_for:
        notes.append(tongue.words["stand_in"].format(channel=plain(delivery.fallback_for, 60)))
    if delivery.replayed:
        notes.append(tongue.words["replayed"])
    return " ".join(notes)


def _headers(unsubscribe: str) -> dict[str, str]:
    """RFC 8058: one click in the mail program ends it."""
    if not unsubscribe:
        return {}
    return {"List-Unsubscribe": f"<{unsubscribe}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _data(delivery: Delivery, values: Mapping[str, Any]) -> dict[str, Any]:
    alert = delivery.alert
    return {
        "kind": alert.kind,
        "delivery": delivery.id,
        "alert": alert.id,
        "subscriber": alert.subscriber,
        "subscriptions": list(alert.subscriptions),
        "story": alert.story,
        "revision": alert.revision,
        "reason": alert.reason,
        "created": alert.created,
        "expires": delivery.stale,
        "fallback_for": delivery.fallback_for,
        "stories": [view.data(each) for each in alert.digest or (alert.signal,)] if alert.kind in _WITH_STORIES else [],
        "gap": alert.gap,
        "facts": {name: value for name, value in alert.facts.items() if name != "code"},
        "links": {each["action"]: each["url"] for each in values["links"]},
    }


_WITH_STORIES: Final = _STORY_KINDS | {"digest"}
