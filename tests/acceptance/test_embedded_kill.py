"""kill -9 of the embedded process at any moment: both files stay sound, and nothing that was published is lost."""

import random
import sqlite3
import time
from pathlib import Path

import pytest
from tests.acceptance.news import COMPANIES, FEED, companies_rung, forecast, gardening
from tests.acceptance.stack import Stack

from tocsin.testing.feed_server import FeedServer
from tocsin.testing.sample_feed import SampleFeed
from tocsin.testing.webhook import RecordingWebhook


@pytest.mark.timeout(150)
def test_killed_again_and_again_rings_for_everything(tmp_path: Path) -> None:
    rand = random.Random(20)
    feed = SampleFeed(id=FEED, form="atom", title="Wire", language="en")
    with FeedServer([feed]) as feeds, RecordingWebhook() as webhook:
        stack = Stack(
            tmp_path,
            {
                "poller": {"interval": 0.3, "lease": 3, "timeout": 2, "allow_private": ["127.0.0.0/8"]},
                "notifier": {"timeout": 2, "backoff": 0.5, "max_backoff": 1},
            },
            [{"id": FEED, "url": feeds.url(FEED), "source": "Wire", "language": "en"}],
            [
                {
                    "id": "desk",
                    "channels": [{"id": "hook", "url": webhook.apprise_url}],
                    "subscriptions": [{"id": "guidance", "events": ["market.guidance"]}],
                }
            ],
        )
        try:
            stack.start("all", "all")
            stack.wait_ready("all")
            for number, company in enumerate(COMPANIES):
                feeds.release(FEED, forecast(company))
                feeds.release(FEED, gardening(number))
                time.sleep(rand.uniform(0.0, 1.2))
                stack.kill("all")
                for file in ("bus.db", "state.db"):
                    with sqlite3.connect(tmp_path / "data" / file) as database:
                        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                stack.start("all", "all")
                if number % 3 == 0:
                    stack.wait_ready("all")  # let some kills hit a working process, others one that just starts
            deadline = time.monotonic() + 60
            while set(companies_rung(webhook.calls)) != set(COMPANIES) and time.monotonic() < deadline:
                time.sleep(0.2)
            calls = webhook.calls
            assert set(companies_rung(calls)) == set(COMPANIES), stack.log("all").read_text()[-4000:]
            # a kill between the receiver's yes and our note of it may repeat a call, under the same key
            keys_by_company = {
                company: {
                    call.headers["idempotency-key"]
                    for call, rung in zip(calls, companies_rung(calls), strict=True)
                    if rung == company
                }
                for company in COMPANIES
            }
            assert all(len(keys) == 1 for keys in keys_by_company.values())
            assert stack.stop("all") == 0
        finally:
            stack.close()
