"""WebSub with a real hub over real HTTP: push reaches the bus at once, forgeries do not, and polling takes over."""

import asyncio
import hashlib
import hmac
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.integration.feed_server import Headers, answer
from tests.integration.poller_world import World, item, until

from tocsin.adapters.http.websub import WebSubHub
from tocsin.domain.errors import ConfigurationError
from tocsin.settings.schema import PollerSettings, WebSubSettings
from tocsin.testing.web import LocalServer, Request, Response


class StubHub:
    """A hub: notes what it is asked, verifies as the standard says, and pushes when told to."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.verified: list[tuple[int, str]] = []
        self.verify = True
        self.lease = "60"
        self.server = LocalServer(self._answer)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}/hub"

    def _answer(self, request: Request) -> Response:
        form = dict(urllib.parse.parse_qsl(request.body.decode()))
        self.asked.append(form)
        if self.verify:
            self.verified.append(self.check(form))
        return Response(status=202)

    def check(self, form: dict[str, str], **changes: str) -> tuple[int, str]:
        query = {
            "hub.mode": form["hub.mode"],
            "hub.topic": form["hub.topic"],
            "hub.challenge": "say-this",
            "hub.lease_seconds": self.lease,
        }
        query |= {f"hub.{name}": value for name, value in changes.items()}
        return request(f"{form['hub.callback']}?{urllib.parse.urlencode(query)}")

    def push(self, body: bytes, *, method: str = "sha256", secret: str | None = None, signed: bool = True) -> int:
        form = self.asked[-1]
        digest = hmac.new((secret or form["hub.secret"]).encode(), body, getattr(hashlib, method)).hexdigest()
        headers = {"X-Hub-Signature": f"{method}={digest}"} if signed else {}
        return request(form["hub.callback"], body, {"Content-Type": "application/rss+xml", **headers})[0]


def request(url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers or {}), timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


@pytest.fixture
def hub() -> Iterator[StubHub]:
    made = StubHub()
    with made.server:
        yield made


def pushed_feed(world: World, hub: StubHub, *items: str) -> bytes:
    links = f"<atom:link rel='hub' href='{hub.url}'/><atom:link rel='self' href='{world.server.url('/f')}'/>"
    opening = "<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel><title>T</title>"
    return f"{opening}{links}{''.join(items)}</channel></rss>".encode()


def websub(**changes: Any) -> tuple[PollerSettings, WebSubHub]:
    """A callback server on a free port, and the settings it was made with."""
    settings = PollerSettings(
        allow_private=("127.0.0.0/8",), websub=WebSubSettings(callback="http://127.0.0.1:1/", port=0, **changes)
    )
    made = WebSubHub(settings)
    # hubs reach it where it really listens
    callback = f"http://127.0.0.1:{made.port}/behind/a/proxy"
    made._callback = made._callback.with_port(made.port) / "behind/a/proxy"
    assert str(made._callback) == callback
    return settings, made


def subscribed(world: World) -> bool:
    push = world.health("f").push
    return push is not None and push.until is not None


def test_a_push_reaches_the_bus_within_a_second_and_polling_becomes_slow(world: World, hub: StubHub) -> None:
    world.server.paths["/f"] = answer("200 OK", pushed_feed(world, hub, item("1", "one")))
    world.watch("f", interval=0.3)
    settings, callback = websub()
    with world.polling(hub=callback, websub=settings.websub):
        until(lambda: subscribed(world))
        until(lambda: hub.verified)
        assert hub.verified == [(200, "say-this")]
        assert {name: hub.asked[0][name] for name in ("hub.mode", "hub.topic")} == {
            "hub.mode": "subscribe",
            "hub.topic": world.server.url("/f"),
        }
        # one more look at the old rate, then none for long
        until(lambda: (next_check := world.health("f").next_check) and next_check.timestamp() > time.time() + 5)
        looks = len(world.server.asked("/f"))
        began = time.monotonic()
        assert hub.push(pushed_feed(world, hub, item("2", "two"))) == 202
        until(lambda: "two" in world.titles(), seconds=5)
        took = time.monotonic() - began
        until(lambda: (push := world.health("f").push) and push.heard)
        assert len(world.server.asked("/f")) == looks
    # the promise is a second; the margin is for machines that do much else
    assert took < 3
    assert world.titles() == ["one", "two"]
    assert world.health("f").errors == 0


def test_what_was_pushed_is_not_news_when_it_is_polled(world: World, hub: StubHub) -> None:
    world.server.paths["/f"] = answer("200 OK", pushed_feed(world, hub, item("1", "one")))
    world.watch("f", interval=0.3)
    settings, callback = websub(interval=0.3)
    new = item("2", "two")
    with world.polling(hub=callback, websub=settings.websub):
        until(lambda: subscribed(world))
        assert hub.push(pushed_feed(world, hub, new), method="sha1") == 202
        until(lambda: "two" in world.titles())
        world.server.paths["/f"] = answer("200 OK", pushed_feed(world, hub, new, item("1", "one")))
        looks = len(world.server.asked("/f"))
        until(lambda: len(world.server.asked("/f")) > looks + 2)
        assert world.titles() == ["one", "two"]


@pytest.mark.parametrize(
    "forged",
    [
        lambda hub, body: hub.push(body, secret="guessed"),
        lambda hub, body: hub.push(body, signed=False),
        lambda hub, body: hub.push(body, method="md5"),
    ],
)
def test_a_forged_push_is_refused(world: World, hub: StubHub, forged: Callable[[StubHub, bytes], int]) -> None:
    world.server.paths["/f"] = answer("200 OK", pushed_feed(world, hub, item("1", "one")))
    world.watch("f", interval=0.3)
    settings, callback = websub()
    with world.polling(hub=callback, websub=settings.websub):
        until(lambda: subscribed(world))
        assert forged(hub, pushed_feed(world, hub, item("x", "forged"))) == 403
        # proof that pushes are taken at all, after which the forged one would have been seen
        assert hub.push(pushed_feed(world, hub, item("2", "two"))) == 202
        until(lambda: "two" in world.titles())
    assert world.titles() == ["one", "two"]


def test_strangers_are_told_nothing(world: World, hub: StubHub) -> None:
    world.server.paths["/f"] = answer("200 OK", pushed_feed(world, hub, item("1", "one")))
    world.watch("f", interval=0.3)
    settings, callback = websub()
    hub.verify = False
    with world.polling(hub=callback, websub=settings.websub):
        until(lambda: hub.asked)
        form = dict(hub.asked[0])
        assert hub.check(form, topic="http://other.example/")[0] == 404
        assert hub.check(form, mode="surprise")[0] == 404
        stranger = form | {
            "hub.callback": form["hub.callback"][:-1] + ("0" if form["hub.callback"][-1] != "0" else "1")
        }
        assert hub.check(stranger)[0] == 404
        assert request(stranger["hub.callback"], b"<rss/>")[0] == 410
        assert request(f"http://127.0.0.1:{callback.port}/", b"<rss/>")[0] == 410
        assert request(f"http://127.0.0.1:{callback.port}/%ff.x?hub.mode=subscribe")[0] == 404
        assert not subscribed(world)
        assert hub.check(form) == (200, "say-this")
        assert subscribed(world)


def test_a_hub_that_only_rings_makes_us_look(world: World, hub: StubHub) -> None:
    world.server.paths["/f"] = answer("200 OK", pushed_feed(world, hub, item("1", "one")))
    world.watch("f", interval=0.3)
    settings, callback = websub()
    with world.polling(hub=callback, websub=settings.websub):
        until(lambda: subscribed(world))
        until(lambda: (next_check := world.health("f").next_check) and next_check.timestamp() > time.time() + 5)
        world.server.paths["/f"] = answer("200 OK", pushed_feed(world, hub, item("2", "two"), item("1", "one")))
        assert hub.push(b"") == 202
        until(lambda: "two" in world.titles())


def test_the_lease_is_renewed_and_a_dead_hub_means_polling(world: World, hub: StubHub) -> None:
    world.server.paths["/f"] = answer("200 OK", pushed_feed(world, hub, item("1", "one")))
    world.watch("f", interval=0.2)
    settings, callback = websub(lease=2.0)
    hub.lease = "2"
    with world.polling(hub=callback, websub=settings.websub):
        until(lambda: len(hub.verified) >= 2, seconds=20)
        assert {form["hub.secret"] for form in hub.asked} == {hub.asked[0]["hub.secret"]}
        hub.verify = False
        looks = len(world.server.asked("/f"))
        # the lease ends unrenewed: from then on at the old rate
        until(lambda: len(world.server.asked("/f")) > looks + 6, seconds=20)
        world.server.paths["/f"] = answer("200 OK", pushed_feed(world, hub, item("2", "two"), item("1", "one")))
        until(lambda: "two" in world.titles())


def test_a_hub_that_refuses_or_fails_is_left_alone(world: World, hub: StubHub) -> None:
    async def broken(_: Headers, writer: asyncio.StreamWriter) -> None:
        writer.close()

    world.server.paths |= {"/hub": broken, "/f": answer("200 OK", pushed_feed(world, hub, item("1", "one")))}
    hub.verify = False
    world.watch("f", interval=0.2)
    settings, callback = websub()
    with world.polling(hub=callback, websub=settings.websub):
        until(lambda: hub.asked)
        assert hub.check(dict(hub.asked[0]), mode="denied", reason="no room")[0] == 200
        until(lambda: (push := world.health("f").push) and push.denied == "no room")
        looks = len(world.server.asked("/f"))
        until(lambda: len(world.server.asked("/f")) > looks + 3)
        assert len(hub.asked) == 1


def test_a_feed_that_left_is_unsubscribed_once(world: World, hub: StubHub) -> None:
    world.server.paths["/f"] = answer("200 OK", pushed_feed(world, hub, item("1", "one")))
    world.watch("f", interval=0.3)
    settings, callback = websub()
    with world.polling(hub=callback, websub=settings.websub):
        until(lambda: subscribed(world))
    asked = len(hub.asked)
    world.watch("other")
    settings, callback = websub()
    with world.polling(hub=callback, websub=settings.websub):
        until(lambda: len(hub.verified) > asked)
        assert hub.verified[-1] == (200, "say-this")
        form = hub.asked[-1]
        assert (form["hub.mode"], form["hub.topic"]) == ("unsubscribe", world.server.url("/f"))
        assert "hub.secret" not in form
        assert request(form["hub.callback"], b"<rss/>")[0] == 410
    settings, callback = websub()
    with world.polling(hub=callback, websub=settings.websub):
        looks = len(world.server.asked("/other"))
        until(lambda: len(world.server.asked("/other")) > looks)
    assert len(hub.asked) == asked + 1
    assert world.store.abandoned() == {}


def test_a_hub_at_a_private_address_is_not_asked(world: World, hub: StubHub) -> None:
    body = pushed_feed(world, hub, item("1", "one")).replace(b"127.0.0.1:%d/hub" % hub.server.port, b"10.0.0.1/hub")
    world.server.paths["/f"] = answer("200 OK", body)
    world.watch("f", interval=0.2)
    settings, callback = websub()
    with world.polling(hub=callback, websub=settings.websub):
        until(lambda: world.health("f").push)
        until(lambda: len(world.server.asked("/f")) > 3)
    assert not subscribed(world)
    assert world.titles() == ["one"]


def test_a_port_in_use_is_a_clear_error() -> None:
    _, taken = websub()
    settings = PollerSettings(websub=WebSubSettings(callback="http://e.org/", port=taken.port))
    with pytest.raises(ConfigurationError, match=r"poller\.websub\.port"):
        WebSubHub(settings)
    asyncio.run(taken.close())
