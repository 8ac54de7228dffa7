"""A store that was lost comes back from the topics: `tocsin stories rebuild`, and nobody is rung twice."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.integration.test_commands import tocsin

from tocsin.adapters.sqlite.bus import SqliteBus
from tocsin.adapters.sqlite.state import SqliteState
from tocsin.classifier.classify import Classifier
from tocsin.classifier.service import ClassifierHandler
from tocsin.domain import codec
from tocsin.domain.article import Article
from tocsin.domain.record import ARTICLES, Received, Record
from tocsin.domain.signal import ClassifiedArticle
from tocsin.domain.subscription import Channel, Subscriber, Subscription
from tocsin.knowledge import load_knowledge
from tocsin.router.service import RouterHandler
from tocsin.settings.schema import BusSettings

WINDOW = timedelta(hours=48)
OPENING = "Washington tightened export controls on H20 chips that Nvidia sells to China, worth $5.5 billion a year."
DESK = Subscriber(
    id="desk",
    channels=(Channel(id="mail", url="json://127.0.0.1/"),),
    subscriptions=(Subscription(id="all", events=("*",)),),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert tocsin("init", tmp_path / "my").returncode == 0
    settings = tmp_path / "my" / "tocsin.yaml"
    settings.write_text(settings.read_text("utf-8") + "\nclassifier:\n  embedder: none\n", "utf-8")
    return tmp_path / "my"


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier(load_knowledge([]))


@pytest.fixture
def bus(folder: Path) -> Iterator[SqliteBus]:
    with closing(
        SqliteBus(folder / "data" / "bus.db", BusSettings(), instance="test", clock=lambda: datetime.now(UTC))
    ) as bus:
        bus.create_topics()
        yield bus


def clock() -> datetime:
    return datetime.now(UTC)


def received(record: Record) -> Received:
    return Received(
        topic=record.topic, key=record.key, value=record.value, time=record.time, headers=record.headers,
        partition=0, offset=0,
    )  # fmt: skip


def pass_on(bus: SqliteBus, state: SqliteState, classifier: Classifier, article: Article) -> tuple[str, int]:
    """Let an article through classifier and router, and publish what they say: its story, and alerts raised."""
    classify = ClassifierHandler(lambda: classifier, state.stories, clock, WINDOW)
    route = RouterHandler(state.subscriptions, state.alert_log, clock, timedelta(hours=24))
    record = codec.record(ARTICLES, key=article.id, id=article.id, value=article, source="poller", time=clock())
    (told,) = classify.handle([received(record)])
    alerts = route.handle([received(told)])
    bus.publish([told, *alerts])
    return codec.decode(ClassifiedArticle, told.value).story, len(alerts)


def article(id: str, title: str, summary: str = OPENING) -> Article:
    return Article(
        id=id, feed="f", source=id, title=title, summary=summary, language="en", seen=datetime.now(UTC),
        content_hash="h",
    )  # fmt: skip


def test_stories_and_alerts_come_back(folder: Path, bus: SqliteBus, classifier: Classifier) -> None:
    database = folder / "data" / "state.db"
    with closing(SqliteState(database)) as state:
        state.subscriptions.sync([DESK])
        one, rung = pass_on(bus, state, classifier, article("a", "US tightens export controls on Nvidia H20 chips"))
        assert rung == 1
        two, again = pass_on(
            bus, state, classifier, article("b", "US tightens the export controls on Nvidia H20 chips")
        )
        assert (two, again) == (one, 0)
        before = state.stories.story(one)
    for file in database.parent.glob("state.db*"):
        file.unlink()

    done = tocsin("stories", "rebuild", "-c", folder / "tocsin.yaml")
    assert (done.returncode, done.stdout) == (0, "2 articles put back into their stories, 1 alerts remembered\n")

    with closing(SqliteState(database)) as state:
        state.subscriptions.sync([DESK])
        assert state.stories.story(one) == before
        three, late = pass_on(bus, state, classifier, article("c", "H20: US tightens export controls on Nvidia chips"))
        assert (three, late) == (one, 0)

    repeated = tocsin("stories", "rebuild", "-c", folder / "tocsin.yaml")
    assert repeated.returncode == 0
    with closing(SqliteState(database)) as state:
        kept = state.stories.story(one)
        assert kept is not None
        assert kept.articles == 3


def test_only_the_asked_for_hours_are_read(folder: Path, bus: SqliteBus, classifier: Classifier) -> None:
    with closing(SqliteState(folder / "data" / "state.db")) as state:
        old, _ = pass_on(bus, state, classifier, article("a", "US tightens export controls on Nvidia H20 chips"))
    for file in (folder / "data").glob("state.db*"):
        file.unlink()
    done = tocsin("stories", "rebuild", "--hours", "0.000001", "-c", folder / "tocsin.yaml")
    assert done.stdout.startswith("0 articles")
    with closing(SqliteState(folder / "data" / "state.db")) as state:
        assert state.stories.story(old) is None
