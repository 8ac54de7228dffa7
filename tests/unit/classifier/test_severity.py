import pytest

from tocsin.classifier.amounts import read_amounts
from tocsin.classifier.severity import severity
from tocsin.knowledge import load_knowledge
from tocsin.knowledge.schema import EventType, SeverityRule

RULES = (
    SeverityRule(headline=False, add=-15),
    SeverityRule(subject=True, add=5),
    SeverityRule(dollars=1e10, add=10),
    SeverityRule(dollars=1e9, add=4),
    SeverityRule(percent=10, add=3),
    SeverityRule(points=0.5, add=7),
)


def grave(
    text: str, language: str = "en", *, rules: tuple[SeverityRule, ...] = RULES, base: int = 50, **told: bool
) -> int:
    event = EventType(id="policy.tax", name="Tax", severity=base, severity_rules=rules)
    amounts = read_amounts("title", text, language)
    return severity(event, amounts, headline=told.get("headline", True), subject=told.get("subject", False))


def test_without_rules_it_is_that_of_the_type() -> None:
    assert grave("$500 billion, 50%", rules=(), subject=True, headline=False) == 50


@pytest.mark.parametrize(
    ("text", "added"),
    [
        ("no number", 0), ("$999m", 0), ("$1bn", 4), ("$9.9bn and $2bn", 4), ("$10bn", 10), ("$20bn, up 12%", 13),
        ("up 9.9%", 0), ("up 10%", 3), ("rates up 25 basis points", 0), ("rates up 50 basis points", 7),
        ("20 percentage points", 7), ("¥100 billion", 0), ("¥1 trillion", 4),
    ],
)  # fmt: skip
def test_the_highest_bound_reached_counts_of_each_measure(text: str, added: int) -> None:
    assert grave(text) == 50 + added


def test_what_is_told_of_the_text_counts() -> None:
    assert grave("text", subject=True) == 55
    assert grave("text", headline=False) == 35
    assert grave("$1bn", subject=True, headline=False) == 44


def test_it_stays_between_0_and_100() -> None:
    assert grave("$10bn", base=95) == 100
    assert grave("text", base=5, headline=False) == 0


STEPS = {
    "en": ("cut rates by half a point", "a $12 billion bid", "shares fall 25 percent"),
    "de": ("senkt den Zins um einen halben Punkt", "zwölf Milliarden Dollar", "minus 25 Prozent"),
    "fr": ("baisse d'un demi-point", "12 milliards de dollars", "recul de 25 %"),
    "es": ("baja medio punto", "12.000 millones de dólares", "cae un 25 por ciento"),
    "it": ("taglia di mezzo punto", "12 miliardi di dollari", "cala del 25 per cento"),
    "pt": ("corta meio ponto", "12 bilhões de dólares", "cai 25 por cento"),
    "nl": ("een half procentpunt lager", "12 miljard dollar", "daalt 25 procent"),
    "pl": ("o pół punktu procentowego", "12 mld dolarów", "spadek o 25 proc."),
    "sv": ("sänker med en halv procentenhet", "12 miljarder dollar", "faller 25 procent"),
    "tr": ("faizi yarım puan indirdi", "12 milyar dolar", "yüzde 25 düştü"),
    "ru": ("на полпроцентного пункта", "12 млрд долларов", "упали на 25 процентов"),
    "zh": ("降息半个百分点", "一百二十亿美元", "下跌百分之二十五"),
    "ja": ("0.5ポイント引き下げ", "120億ドル", "25％下落"),
    "ko": ("0.5%포인트 인하", "120억 달러", "25% 급락"),
    "ar": ("خفض نصف نقطة مئوية", "12 مليار دولار", "هبط 25 بالمئة"),
}


@pytest.fixture(scope="module")
def events() -> dict[str, EventType]:
    return load_knowledge().events


@pytest.mark.parametrize("language", STEPS)
def test_the_built_in_rules_hold_in_every_language(language: str, events: dict[str, EventType]) -> None:
    texts = dict(zip(("policy.monetary", "market.merger", "market.price-move"), STEPS[language], strict=True))
    added = {
        type: severity(events[type], read_amounts("title", text, language), headline=True, subject=False)
        - events[type].severity
        for type, text in texts.items()
    }
    assert added == {"policy.monetary": 5, "market.merger": 15, "market.price-move": 20}
