from pathlib import Path

import pytest

from tocsin.domain.errors import ConfigurationError
from tocsin.knowledge import load_knowledge

BUILTIN = Path(__file__).parent / "data"
EVENT = """
id: policy.tax
name: Tax
severity: 50
threshold: 0.5
languages:
  en:
    triggers:
      - {any: [tax], weight: 0.5}
"""


def overlay(folder: Path, path: str, content: str) -> Path:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, encoding="utf-8")
    return folder


def problems(folder: Path) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as caught:
        load_knowledge([folder], builtin=BUILTIN)
    return caught.value.problems


def test_knowledge_is_read_by_id_and_ticker() -> None:
    knowledge = load_knowledge(builtin=BUILTIN)
    event = knowledge.events["policy.export-control"]
    assert (event.group, event.severity, event.threshold) == ("policy", 70, 0.5)
    assert event.languages["en"].triggers[1].with_ == ("export*", "chip*")
    assert event.languages["en"].triggers[2].in_ == "title"
    assert knowledge.companies["NVDA"].isin == "US67066G1040"
    assert knowledge.companies["V"].ambiguous


def test_scalars_mean_what_the_schema_says() -> None:
    assert "ON" in load_knowledge(builtin=BUILTIN).companies  # YAML 1.1 would read a boolean


def test_a_new_type_needs_no_code(tmp_path: Path) -> None:
    knowledge = load_knowledge([overlay(tmp_path, "events/policy.tax.yaml", EVENT)], builtin=BUILTIN)
    assert knowledge.events["policy.tax"].name == "Tax"


def test_an_overlay_appends_lists_and_replaces_scalars(tmp_path: Path) -> None:
    content = """
id: policy.export-control
severity: 90
languages:
  en: {triggers: [{any: [gallium], weight: 0.4}], veto: [quiz]}
  fr: {triggers: [{any: [exportations], weight: 0.4}]}
"""
    overlay(tmp_path, "events/policy.export-control.yaml", content)
    event = load_knowledge([tmp_path], builtin=BUILTIN).events["policy.export-control"]
    assert (event.name, event.severity, event.threshold) == ("Export controls", 90, 0.5)
    assert [trigger.any[0] for trigger in event.languages["en"].triggers][-2:] == ["curbs", "gallium"]
    assert event.languages["en"].veto == ("anniversary of", "quiz")
    assert set(event.languages) == {"en", "de", "zh", "fr"}


def test_companies_of_one_ticker_are_merged(tmp_path: Path) -> None:
    content = "companies: [{ticker: V, ambiguous: false, aliases: [Visa, Visa Europe]}]"
    company = load_knowledge([overlay(tmp_path, "companies/more.yaml", content)], builtin=BUILTIN).companies["V"]
    assert (company.name, company.ambiguous) == ("Visa", False)
    assert company.aliases == ("Visa", "Visa Europe")


def test_the_version_follows_the_content(tmp_path: Path) -> None:
    plain = load_knowledge(builtin=BUILTIN).version
    assert plain == load_knowledge(builtin=BUILTIN).version
    assert plain != load_knowledge([overlay(tmp_path, "events/policy.tax.yaml", EVENT)], builtin=BUILTIN).version


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ("weight: 0.5", "weight: 1.5", "languages.en.triggers[0].weight: "),
        ("weight: 0.5", "weight: 0", "languages.en.triggers[0].weight: "),
        ("weight: 0.5", "wieght: 0.5", "languages.en.triggers[0]: Object contains unknown field `wieght`; remove it"),
        ("any: [tax]", "any: []", "languages.en.triggers[0].any: "),
        ("any: [tax]", "any: [t*x]", "languages.en.triggers[0].any[0]: 't*x' has a * inside"),
        ("any: [tax]", 'any: ["*"]', "languages.en.triggers[0].any[0]: '*' is empty"),
        ("  en:", "  english:", "languages.english: 'english' is no language code"),
        ("severity: 50", "severity: 500", "severity: "),
        ("severity: 50", "gravity: 50", "unknown field `gravity`; remove it or correct its spelling"),
        ("name: Tax\n", "", "name: policy.tax is new and has none; add it"),
        ("id: policy.tax", "id: tax", "id: "),
        ("id: policy.tax", "id: policy.taxes", "name the file policy.taxes.yaml"),
        ("name: Tax", "name: Tax\nname: Duty", "line 2: not YAML: a key stands twice"),
        ("name: Tax", "name: [Tax", "not YAML"),
    ],
)
def test_a_mistake_names_file_place_and_remedy(tmp_path: Path, before: str, after: str, place: str) -> None:
    assert before in EVENT
    overlay(tmp_path, "events/policy.tax.yaml", EVENT.replace(before, after))
    (problem,) = problems(tmp_path)
    assert problem.startswith(f"{tmp_path / 'events' / 'policy.tax.yaml'}: ")
    assert place in problem


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    overlay(tmp_path, "events/policy.tax.yaml", EVENT.replace("0.5}", "5}"))
    overlay(tmp_path, "companies/x.yaml", "companies: [{ticker: X1, name: X, alias: [X]}]")
    overlay(tmp_path, "judgement.yaml", "negation: {en: ['a*b']}")
    told = problems(tmp_path)
    assert len(told) == 3
    assert "companies[0]: Object contains unknown field `alias`" in told[1]
    assert "negation.en[0]" in told[2]


def test_a_new_company_needs_a_name(tmp_path: Path) -> None:
    (problem,) = problems(overlay(tmp_path, "companies/x.yaml", "companies: [{ticker: X1}]"))
    assert "name: X1 is new and has none; add it" in problem


def test_a_missing_or_empty_folder_is_told(tmp_path: Path) -> None:
    assert "no such folder" in problems(tmp_path / "nowhere")[0]
    assert "no knowledge here" in problems(tmp_path)[0]


def test_two_thousand_companies_load_in_time(tmp_path: Path) -> None:
    import time

    rows = "\n".join(f"  - {{ticker: T{n}, name: Name{n}, aliases: [Name{n}, Name{n} Corp]}}" for n in range(2000))
    overlay(tmp_path, "companies/many.yaml", f"companies:\n{rows}\n")
    begin = time.process_time()
    assert len(load_knowledge([tmp_path], builtin=BUILTIN).companies) > 2000
    assert time.process_time() - begin < 2


def severity_rules(folder: Path, type: str) -> list[tuple[str, object, int]]:
    rules = load_knowledge([folder], builtin=BUILTIN).events[type].severity_rules
    return [(rule.measure, getattr(rule, rule.measure), rule.add) for rule in rules]


def test_a_type_has_the_rules_of_all_but_where_it_has_own_ones_of_the_measure(tmp_path: Path) -> None:
    overlay(tmp_path, "events/policy.tax.yaml", EVENT)
    common = severity_rules(tmp_path, "policy.tax")
    assert common == [
        ("headline", False, -15), ("subject", True, 5), ("dollars", 1e9, 5), ("dollars", 1e10, 10), ("percent", 10, 5),
    ]  # fmt: skip
    own = [("percent", 50, 9), ("percent", 20, 4), ("points", 0.5, 7)]
    assert severity_rules(tmp_path, "market.earnings") == [*common[:4], *own]


def test_an_overlay_replaces_the_rules_of_a_measure(tmp_path: Path) -> None:
    overlay(tmp_path, "severity.yaml", "rules: [{dollars: 1e6, add: 1}]")
    overlay(tmp_path, "events/market.earnings.yaml", "id: market.earnings\nseverity_rules: [{percent: 0, add: 0}]")
    assert ("dollars", 1e6, 1) in severity_rules(tmp_path, "policy.export-control")
    assert ("dollars", 1e9, 5) not in severity_rules(tmp_path, "policy.export-control")
    assert severity_rules(tmp_path, "market.earnings") == [
        ("headline", False, -15), ("subject", True, 5), ("dollars", 1e6, 1), ("points", 0.5, 7), ("percent", 0, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("{add: 5}", "has no condition, or several; write one of dollars, percent, points, subject, headline"),
        ("{add: 5, dollars: 1, percent: 2}", "has no condition, or several"),
        ("{dollars: 1e9}", "missing required field `add`; add it"),
        ("{dollars: -1, add: 5}", "correct the value"),
        ("{dollars: 1, add: 500}", "correct the value"),
        ("{euros: 1, add: 5}", "unknown field `euros`; remove it or correct its spelling"),
        ("{subject: perhaps, add: 5}", "correct the value"),
        ("{dollars: 1, add: 5}, {dollars: 1, add: 6}", "this dollars stands twice; remove one of the two"),
    ],
)
def test_a_mistake_in_a_severity_rule_is_told(tmp_path: Path, rule: str, told: str) -> None:
    (problem,) = problems(overlay(tmp_path, "severity.yaml", f"rules: [{rule}]"))
    assert str(tmp_path / "severity.yaml") in problem
    assert "rules[" in problem
    assert told in problem


def test_a_mistake_in_a_types_own_rule_is_told(tmp_path: Path) -> None:
    (problem,) = problems(overlay(tmp_path, "events/policy.tax.yaml", EVENT + "severity_rules: [{add: 5}]\n"))
    assert "policy.tax.yaml: severity_rules[0]: has no condition" in problem
