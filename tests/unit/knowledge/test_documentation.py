"""The examples of docs/knowledge.md can be laid over the built-in knowledge as they stand."""

import re
from pathlib import Path

from tocsin.knowledge import load_knowledge

DOCUMENT = Path(__file__).parents[3] / "docs" / "knowledge.md"
FILES = {
    "id: policy.water": "events/policy.water.yaml",
    "id: market.earnings": "events/market.earnings.yaml",
    "id: market.contract": "events/market.contract.yaml",
    "language: de": "lexicons/de.yaml",
    "companies:": "companies/ours.yaml",
    "rules:": "severity.yaml",
}


def test_the_examples_load_and_take_effect(tmp_path: Path) -> None:
    examples = re.findall(r"```yaml\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    for beginning, name in FILES.items():
        (example,) = (example for example in examples if example.startswith(beginning))
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(example, encoding="utf-8")
    knowledge = load_knowledge([tmp_path])
    assert knowledge.events["policy.water"].severity == 55
    assert knowledge.events["market.earnings"].threshold == 0.8
    contract = [rule.dollars for rule in knowledge.events["market.contract"].severity_rules if rule.dollars]
    assert contract == [1e6, 2e7]
    assert knowledge.companies["ACME"].products == ("RoadRunner",)
