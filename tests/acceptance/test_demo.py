"""The first minute of a newcomer: the demo rings for what matters, says why, and stays silent otherwise."""

import json
import subprocess
import sys
import time
from pathlib import Path

TOCSIN = Path(sys.executable).with_name("tocsin")


def test_the_german_h20_item_rings_within_fifteen_seconds_and_ordinary_news_does_not() -> None:
    started = time.monotonic()
    process = subprocess.Popen(
        [TOCSIN, "demo", "--headless", "--for", "30s", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stderr
    first = json.loads(process.stdout.readline())
    waited = time.monotonic() - started
    rest = [json.loads(line) for line in process.stdout]
    assert process.wait(timeout=20) == 0
    assert process.stderr.read() == ""

    assert waited < 15
    assert (first["lang"], first["title"]) == ("de", "Nvidia darf H20-Chips wieder nach China liefern")
    event = next(event for event in first["events"] if event["type"] == "policy.export-control")
    assert event["direction"] == "up"
    assert event["evidence"]
    subject = next(company for company in first["companies"] if company["ticker"] == "NVDA")
    assert subject["role"] == "subject"
    assert any(company["ticker"] == "AMD" for company in first["companies"])

    # three outlets in three languages reported it: one story, one bell
    titles = [alert["title"] for alert in (first, *rest)]
    assert [title for title in titles if "H20" in title] == ["Nvidia darf H20-Chips wieder nach China liefern"]
    assert sorted(alert["events"][0]["type"] for alert in rest) == ["policy.monetary", "policy.trade"]
    assert {alert["lang"] for alert in rest} == {"en", "fr"}


def test_a_bad_duration_is_a_clear_error() -> None:
    result = subprocess.run([TOCSIN, "demo", "--for", "soon"], capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "soon" in result.stderr
    assert "Traceback" not in result.stderr
