"""What an operator writes is read as meant, or refused with file, line, place and remedy."""

from pathlib import Path

import pytest

from tocsin.domain.errors import ConfigurationError
from tocsin.settings.feeds_file import load_feeds
from tocsin.settings.load import load_settings
from tocsin.settings.subscribers_file import load_subscribers


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def refusal(path: Path, text: str, environment: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(write(path, text), environment or {})
    return str(caught.value)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tocsin.yaml"


def test_an_empty_file_is_all_defaults(file: Path) -> None:
    settings = load_settings(write(file, ""), {})
    assert settings.bus.kind == "sqlite"
    assert settings.feeds == str(file.parent / "feeds.yaml")
    assert settings.bus.sqlite.path == str(file.parent / "data" / "bus.db")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("buss: {kind: kafka}", ["tocsin.yaml:1", "`buss`", "did you mean `bus`"]),
        ("bus:\n  kind: kafak", ["tocsin.yaml:2", "'kafak'", "`bus.kind`"]),
        ("poller:\n  intervall: 5", ["tocsin.yaml:2", "`intervall`", "did you mean `interval`"]),
        ("poller: {interval: -5}", ["`poller.interval`", "> 0"]),
        ("poller: {interval: soon}", ["`poller.interval`", "float"]),
        ("bus: {kafka: {security: {protokoll: SSL}}}", ["`protokoll`", "did you mean `protocol`"]),
        ("bus: {kind: sqlite}\nbus: {kind: kafka}", ["tocsin.yaml:2", "twice"]),
        ("bus: [", ["tocsin.yaml:", "not valid YAML"]),
        ("- a list", ["must be a mapping"]),
        ("\tbus: x", ["not valid YAML"]),
    ],
)
def test_mistakes_are_named(file: Path, text: str, parts: list[str]) -> None:
    message = refusal(file, text)
    assert all(part in message for part in parts), message
    assert str(file) in message


def test_a_missing_file_says_how_to_get_one(file: Path) -> None:
    with pytest.raises(ConfigurationError, match="tocsin init"):
        load_settings(file, {})


def test_bytes_that_are_not_text(file: Path) -> None:
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match="UTF-8"):
        load_settings(file, {})


def test_the_environment_wins(file: Path) -> None:
    settings = load_settings(
        write(file, "poller: {interval: 5}"),
        {
            "TOCSIN__poller__interval": "7.5",
            "tocsin__BUS__kafka__servers": "a:1, b:2",
            "TOCSIN__poller__allow_private": "10.0.0.0/8",
            "TOCSIN__bus__retention__dead_letters": "5",
            "TOCSIN_CONFIG": "ignored",
        },
    )
    assert settings.poller.interval == 7.5
    assert settings.bus.kafka.servers == ("a:1", "b:2")
    assert settings.poller.allow_private == ("10.0.0.0/8",)
    assert settings.bus.retention["dead-letters"] == 5


@pytest.mark.parametrize(
    ("name", "value", "parts"),
    [
        ("TOCSIN__poler__interval", "5", ["TOCSIN__poler__interval", "`poler`", "poller"]),
        ("TOCSIN__poller__interval__x", "5", ["nothing below"]),
        ("TOCSIN__poller__interval", "soon", ["environment", "`poller.interval`"]),
    ],
)
def test_mistakes_in_the_environment_are_named(file: Path, name: str, value: str, parts: list[str]) -> None:
    message = refusal(file, "", {name: value})
    assert all(part in message for part in parts), message


def test_secrets_come_from_files(tmp_path: Path, file: Path) -> None:
    write(tmp_path / "password", "s3cret\n")
    settings = load_settings(write(file, f"state: {{redis: {{password_file: {tmp_path / 'password'}}}}}"), {})
    assert settings.state.redis.password == "s3cret"


def test_a_missing_secret_is_named(file: Path) -> None:
    assert "password_file" in refusal(file, "state: {redis: {password_file: /nowhere}}")


def test_feeds_get_ids_and_intervals(tmp_path: Path) -> None:
    feeds = load_feeds(write(tmp_path / "f.yaml", "feeds: [{url: 'https://a.example/rss.xml', interval: 60}]"))
    assert [(feed.id, feed.interval.total_seconds() if feed.interval else None) for feed in feeds] == [
        ("a-example-rss-xml", 60)
    ]


def test_a_feed_without_url_names_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"f\.yaml:3: .*`url`.*`feeds\[1\]`"):
        load_feeds(write(tmp_path / "f.yaml", "feeds:\n  - {url: 'https://a.example/'}\n  - {id: b}\n"))


def test_a_channel_url_may_be_kept_in_a_file(tmp_path: Path) -> None:
    write(tmp_path / "hook", "json://receiver/\n")
    text = "subscribers: [{id: a, channels: [{id: c, url_file: hook}]}]"
    (subscriber,) = load_subscribers(write(tmp_path / "s.yaml", text))
    assert subscriber.channels[0].url == "json://receiver/"


@pytest.mark.parametrize("channel", ["{id: c}", "{id: c, url: 'json://a', url_file: hook}"])
def test_a_channel_has_one_url(tmp_path: Path, channel: str) -> None:
    with pytest.raises(ConfigurationError, match="either `url` or `url_file`"):
        load_subscribers(write(tmp_path / "s.yaml", f"subscribers: [{{id: a, channels: [{channel}]}}]"))
