"""Which channel addresses are let through to Apprise at all, and what their kind can take."""

import hashlib
import re
from typing import Final
from urllib.parse import parse_qsl

_LOCAL: Final = frozenset(
    "blink1 dbus file gio glib gnome kde macosx qt syslog windows".split()  # noqa: SIM905 - a list of words
)
"""Schemes that act on the machine Tocsin runs on instead of reaching somebody."""

_FILES: Final = frozenset({"attach", "keyfile", "subfile", "pgpkey", "pgppub", "pgpprv"})
"""Parameters by which some services read a file of this machine, or fetch one, and send it along."""

_SCHEME: Final = re.compile(r"\s*([a-z0-9][a-z0-9+.-]*)://", re.IGNORECASE)

PROVIDERS: Final = {
    "tgram": "telegram",
    "slack": "slack",
    "discord": "discord",
    "ntfy": "ntfy",
    "ntfys": "ntfy",
    "pover": "pushover",
    "mailto": "email",
    "mailtos": "email",
    "matrix": "matrix",
    "matrixs": "matrix",
    "msteams": "teams",
    "workflow": "teams",
    "workflows": "teams",
    "gchat": "googlechat",
    "mmost": "mattermost",
    "mmosts": "mattermost",
    "zulip": "zulip",
    "rocket": "rocketchat",
    "rockets": "rocketchat",
    "gotify": "gotify",
    "gotifys": "gotify",
    "json": "json",
    "jsons": "json",
    "signal": "signal",
    "signals": "signal",
    "twilio": "sms",
    "vonage": "sms",
    "clickatell": "sms",
    "whatsapp": "whatsapp",
    "pbul": "pushbullet",
    "pushed": "pushed",
    "prowl": "prowl",
    "line": "line",
    "pagerduty": "pagerduty",
    "opsgenie": "opsgenie",
    "webexteams": "webex",
    "wxteams": "webex",
}
"""Scheme → provider, of the services that users may give addresses of."""

MARKDOWN: Final = frozenset({"discord", "teams", "googlechat", "mattermost", "zulip", "rocketchat"})
"""Providers that read every text as Markdown, or as something close to it, whatever it is declared to be."""


def scheme(url: str) -> str:
    """The scheme in lower case, empty when there is none."""
    found = _SCHEME.match(url)
    return found[1].lower() if found else ""


def provider(url: str) -> str:
    """The service's name; the scheme itself for one that is not listed."""
    return PROVIDERS.get(scheme(url), scheme(url))


def account(url: str) -> str:
    """A hash of what shares the provider's limits: the token of a bot, the host of a mail server."""
    rest = url.partition("://")[2].partition("?")[0]
    first = rest.split("/", 1)[0].rpartition("@")[2]
    return hashlib.blake2b(f"{scheme(url)}:{first}".encode(), digest_size=8).hexdigest()


def objection(url: str, *, guarded: bool = False) -> str | None:
    """Why this address is not used, in words without secrets; None when there is nothing against it.

    ``guarded`` is for addresses of users: only the listed services.
    """
    name = scheme(url)
    if url.startswith("sealed:"):
        return "the channel's address was sealed with another key than notifier.key has now"
    if not name:
        return "the channel's URL has no scheme: it should read like mailto://… or webhooks://…"
    if name in _LOCAL:
        return f"{name}:// acts on the server itself and is not allowed as a channel"
    if guarded and name not in PROVIDERS:
        return f"{name}:// is not among the services that users may add: {', '.join(sorted(PROVIDERS))}"
    for key, value in parse_qsl(url.partition("?")[2], keep_blank_values=True):
        parameter = key.strip().lower()
        if parameter in _FILES or (parameter == "template" and re.search(r"[/\\.]", value)):
            return f"the parameter {parameter}= names a file and is not allowed in a channel's URL"
    return None
