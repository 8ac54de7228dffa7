"""What the demo shows: for people a bell with its reason, for scripts one JSON object for each delivered alert."""

from datetime import datetime, timedelta
from typing import Protocol

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel

from tocsin.domain.alert import Alert
from tocsin.domain.delivery import DeliveryOutcome
from tocsin.domain.signal import ClassifiedArticle

ARROWS = {"up": "▲", "down": "▼"}


class Bell(Protocol):
    """Hears of everything, in the order in which it passes on the bus."""

    def opening(self, feeds: int, seconds: float) -> None:
        """The demo begins: so many feeds, so many seconds."""
        ...

    def read(self, signal: ClassifiedArticle) -> None:
        """An article was classified."""
        ...

    def rung(self, alert: Alert) -> None:
        """The router decided to ring."""
        ...

    def delivered(self, outcome: DeliveryOutcome) -> None:
        """A delivery ended."""
        ...

    def closing(self, calls: int) -> None:
        """The demo is over; the webhook was called so often."""
        ...


class _Pairs:
    """Alerts and deliveries come over two topics; this finds what belongs together."""

    def __init__(self) -> None:
        self._alerts: dict[str, Alert] = {}
        self._outcomes: dict[str, DeliveryOutcome] = {}

    def alert(self, alert: Alert) -> tuple[Alert, DeliveryOutcome] | None:
        self._alerts[alert.id] = alert
        outcome = self._outcomes.pop(alert.id, None)
        return (alert, outcome) if outcome else None

    def outcome(self, outcome: DeliveryOutcome) -> tuple[Alert, DeliveryOutcome] | None:
        alert = self._alerts.get(outcome.alert)
        if alert is None:
            self._outcomes[outcome.alert] = outcome
            return None
        return (alert, outcome)


class JsonBell:
    """One JSON object a line for each delivered alert: the alert, and its delivery with the latency in seconds."""

    def __init__(self) -> None:
        self._pairs = _Pairs()

    def opening(self, feeds: int, seconds: float) -> None:
        """Nothing: only alerts are printed."""

    def read(self, signal: ClassifiedArticle) -> None:
        """Nothing."""

    def rung(self, alert: Alert) -> None:
        """Print it if its delivery was seen before."""
        self._print(self._pairs.alert(alert))

    def delivered(self, outcome: DeliveryOutcome) -> None:
        """Print it if its alert was seen before."""
        if outcome.status == "delivered":
            self._print(self._pairs.outcome(outcome))

    def closing(self, calls: int) -> None:
        """Nothing."""

    def _print(self, pair: tuple[Alert, DeliveryOutcome] | None) -> None:
        if pair is None:
            return
        alert, outcome = pair
        article, verdict = alert.signal.article, alert.signal.classification
        line = {
            "alert": alert.id,
            "subscriber": alert.subscriber,
            "subscriptions": alert.subscriptions,
            "story": alert.story,
            "feed": article.feed,
            "source": article.source,
            "lang": verdict.language,
            "title": article.title,
            "link": article.link,
            "events": verdict.events,
            "companies": [
                {"ticker": c.ticker, "name": c.name, "role": c.role, "relevance": c.relevance}
                for c in verdict.companies
            ],
            "published": article.published,
            "seen": article.seen,
            "delivered": outcome.at,
            "latency": round((outcome.at - article.at) / timedelta(seconds=1), 3),
            "channel": outcome.channel,
            "delivery": outcome.id,
        }
        print(msgspec.json.encode(line).decode(), flush=True)


class TerminalBell:
    """Rings in the terminal, and shows dimly what stayed silent and why."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._pairs = _Pairs()
        self._told: set[str] = set()
        self._articles = self._rang = self._repeats = 0

    def opening(self, feeds: int, seconds: float) -> None:
        """Say what is about to happen."""
        self._console.print(
            f"[bold]Tocsin[/] watches {feeds} sample feeds in this process for {seconds:.0f} seconds. "
            "Dim lines were read and stayed silent; a box is a bell.\n"
        )

    def read(self, signal: ClassifiedArticle) -> None:
        """A dim line for what does not ring."""
        self._articles += 1
        article = signal.article
        if not signal.classification.flagged:
            self._console.print(f"[dim]· {escape(article.source)}: {escape(article.title)}[/]", highlight=False)
        elif signal.novelty != "first":
            self._repeats += 1
            self._console.print(
                f"[dim]↳ {escape(article.source)}: {escape(article.title)} — same story, no second bell[/]",
                highlight=False,
            )

    def rung(self, alert: Alert) -> None:
        """Ring if the delivery was seen before."""
        self._ring(self._pairs.alert(alert))

    def delivered(self, outcome: DeliveryOutcome) -> None:
        """Ring if the alert was seen before."""
        if outcome.status == "delivered":
            self._ring(self._pairs.outcome(outcome))

    def closing(self, calls: int) -> None:
        """Say what happened, and what to do next."""
        self._console.print(
            f"\n[bold]{self._rang} bells[/] from {self._articles} articles ({self._repeats} more reports joined "
            f"a story that had rung); the webhook was called {calls} times.\n"
            "Next: [bold]tocsin init[/] writes a configuration of your own, [bold]tocsin run[/] starts it."
        )

    def _ring(self, pair: tuple[Alert, DeliveryOutcome] | None) -> None:
        if pair is None:
            return
        self._rang += 1
        alert, outcome = pair
        article, verdict = alert.signal.article, alert.signal.classification
        events = "  ".join(
            f"[bold]{event.type}[/] {ARROWS.get(event.direction, '')} {min(0.99, event.confidence):.0%}"
            for event in verdict.events
        )
        phrases = dict.fromkeys(evidence.text for event in verdict.events for evidence in event.evidence)
        companies = ", ".join(
            f"[bold]{escape(c.ticker)}[/] {escape(c.name)}" + (" (named)" if c.role == "named" else "")
            for c in verdict.companies
        )
        amounts = ", ".join(amount.text for amount in verdict.amounts)
        late = (outcome.at - article.at) / timedelta(seconds=1)
        clock = f"published {_clock(article.at)}, rang {_clock(outcome.at)} ({late:.1f} s later)"
        lines = [
            f"[bold]{escape(article.title)}[/]",
            events,
            f"why       {escape(' · '.join(f'“{phrase}”' for phrase in phrases))}",
            f"companies {companies}" if companies else "",
            f"amounts   {escape(amounts)}" if amounts else "",
            f"source    {escape(article.source)} · {clock}",
        ]
        text = "\n".join(line for line in lines if line)
        self._console.print(
            Panel(text, title="🔔 " + escape(article.source), title_align="left", border_style="yellow")
        )


def _clock(at: datetime) -> str:
    return f"{at.astimezone():%H:%M:%S}"
