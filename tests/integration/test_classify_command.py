import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

KNOWLEDGE = Path(__file__).parents[1] / "unit" / "knowledge" / "data"
SERVICES = Path(__file__).parents[2] / "services"
OVERLAY = """
id: policy.bell-test
name: Bell test
severity: 33
threshold: 0.5
languages:
  en: {triggers: [{any: ["quokka curb*"], weight: 0.8}], up: ["lift*"]}
  de: {triggers: [{any: ["*quokkasperr*"], weight: 0.8}]}
"""
COMPANIES = "companies: [{ticker: QKKA, name: Quokkatronix}]"


def run(*arguments: str, stdin: str | bytes = b"") -> subprocess.CompletedProcess[bytes]:
    code = "import typer; from tocsin.cli.classify import classify; app = typer.Typer(); app.command()(classify); app()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(SERVICES)},
    )


def results(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def overlay(tmp_path: Path) -> str:
    folder = tmp_path / "overlay"
    (folder / "events").mkdir(parents=True)
    (folder / "companies").mkdir()
    (folder / "events" / "policy.bell-test.yaml").write_text(OVERLAY)
    (folder / "companies" / "quokka.yaml").write_text(COMPANIES)
    return str(folder)


def test_lines_in_lines_out_in_order(overlay: str) -> None:
    items: list[dict[str, Any]] = [
        {"id": "one", "title": "US lifts quokka curbs, Quokkatronix gains 12%", "lang": "en", "summary": None},
        {"id": 2, "title": "A quiet day at the lake"},
    ]
    done = run("--jsonl", "--knowledge", overlay, stdin="\n".join(map(json.dumps, items)) + "\n\n")
    assert (done.returncode, done.stderr) == (0, b"")
    first, second = results(done)
    assert first["id"] == "one"
    assert (first["lang"], first["flagged"], first["story"], first["novelty"]) == ("en", True, None, None)
    event = next(event for event in first["events"] if event["type"] == "policy.bell-test")
    assert (event["confidence"], event["direction"]) == (0.8, "up")
    (piece,) = event["evidence"]
    assert piece == {
        "field": "title", "start": 9, "end": 21, "text": "quokka curbs", "rule": "policy.bell-test/en/quokka curb*",
    }  # fmt: skip
    assert first["scores"]["policy.bell-test"] == 0.8
    assert first["policy"] >= 0.8
    company = next(company for company in first["companies"] if company["ticker"] == "QKKA")
    assert set(company) == {"ticker", "name", "role", "relevance"}
    assert company["role"] == "subject"
    assert [(amount["value"], amount["unit"]) for amount in first["amounts"]] == [(12.0, "%")]
    assert second["id"] == 2
    assert second["scores"].keys() == first["scores"].keys()


def test_broken_lines_keep_the_order_and_end_in_failure(overlay: str) -> None:
    lines = [
        b'{"id": "a", "title": "quokka curbs"}', b"{", b'{"id": "c", "title": 5}', b'{"title": "x"}',
        b"\xff\xfe", b"[1]", b"[" * 100_000,
        b'{"id": "h", "title": "half \\ud83d"}', b'{"id": true, "title": "x"}',
    ]  # fmt: skip
    done = run("--jsonl", "--knowledge", overlay, stdin=b"\n".join(lines))
    assert done.returncode == 1
    found = results(done)
    assert [result["id"] for result in found][:8] == ["a", None, "c", None, None, None, None, "h"]
    assert [("error" in result) for result in found] == [False, True, True, True, True, True, True, False, True]
    assert found[1]["error"].startswith("line 2: not JSON")
    assert "line 3: " in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_stories_join_the_stream_across_languages(overlay: str) -> None:
    items = [
        {"id": "1", "lang": "en", "title": "Quokka curbs for Quokkatronix", "published": "2026-03-01T10:00:00Z"},
        {"id": "2", "lang": "de", "title": "Quokkasperre für Quokkatronix", "published": "2026-03-01T11:00:00+01:00"},
        {"id": "3", "lang": "en", "title": "Quokka curbs for Quokkatronix", "published": "2026-03-09"},
        {"id": "4", "lang": "en", "title": "A quiet day at the lake"},
        {"id": "5", "lang": "en", "title": "x", "published": "yesterday"},
    ]
    done = run("--jsonl", "--stories", "--knowledge", overlay, stdin="\n".join(map(json.dumps, items)))
    one, two, three, four, five = results(done)
    assert one["story"] == two["story"]
    assert len({one["story"], three["story"], four["story"]}) == 3
    assert [result["novelty"] for result in (one, two, three, four)] == ["first", "repeat", "first", "first"]
    assert "line 5: published is no ISO 8601 time" in five["error"]
    assert done.returncode == 1


def test_a_result_comes_before_the_next_line_is_read(overlay: str) -> None:
    code = "import typer; from tocsin.cli.classify import classify; typer.run(classify)"
    with subprocess.Popen(
        [sys.executable, "-c", code, "--jsonl", "--knowledge", overlay],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(SERVICES)},
    ) as process:
        assert process.stdin
        assert process.stdout
        for id in ("a", "b"):
            process.stdin.write(json.dumps({"id": id, "title": "x"}).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == id
        process.stdin.close()
        assert process.wait(timeout=30) == 0


def test_a_file_is_shown_with_its_evidence(overlay: str, tmp_path: Path) -> None:
    file = tmp_path / "news.txt"
    file.write_text("Quokka curbs hit [Quokkatronix]\n\nIt may cost $5.5bn. \x1b[31mRed\n", encoding="utf-8")
    done = run(str(file), "--lang", "en", "--knowledge", overlay)
    assert done.returncode == 0, done.stderr.decode()
    page = done.stdout.decode()
    for expected in (
        "[Quokkatronix]",
        "FLAGGED",
        "policy.bell-test",
        "0.80",
        "QKKA",
        "subject",
        "$5.5bn",
        "5,500,000,000",
    ):
        assert expected in page
    assert "\x1b[31mRed" not in page
    as_json = run(str(file), "--json", "--lang", "en", "--knowledge", overlay)
    assert json.loads(as_json.stdout)["flagged"] is True


def test_standard_input_is_a_text_too(overlay: str) -> None:
    done = run("-", "--json", "--knowledge", overlay, stdin="Quokka curbs hit chipmakers\nand others")
    assert json.loads(done.stdout)["events"][0]["type"] == "policy.bell-test"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["/nowhere/news.txt"], "/nowhere/news.txt: No such file"),
        ([], "give a URL, a FILE, - for standard input, or --jsonl"),
        (["--stories", "-"], "add --jsonl"),
        (["-", "--knowledge", "/nowhere/overlay"], "/nowhere/overlay: no such folder"),
    ],
)
def test_a_mistake_is_told_without_traceback(arguments: list[str], message: str) -> None:
    done = run(*arguments)
    assert done.returncode == 1
    assert message in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_bytes_that_are_no_text_are_refused() -> None:
    done = run("-", stdin=b"\xff\xfe\x00")
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"not text in UTF-8" in done.stderr


def test_the_same_words_about_another_company_are_another_story() -> None:
    items = [
        {"id": name, "lang": "en", "title": f"{name} raises full-year profit forecast after strong quarter",
         "summary": f"{name} lifted its outlook and now expects higher earnings this year."}
        for name in ("SAP", "Siemens", "Adidas", "Intel")
    ]  # fmt: skip
    done = run("--jsonl", "--stories", stdin="\n".join(map(json.dumps, items)))
    assert len({result["story"] for result in results(done)}) == len(items)
