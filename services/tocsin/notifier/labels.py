"""The words an alert is written with, by language: event types, units of time, quotation marks."""

from typing import Final

from msgspec import Struct


class Labels(Struct, frozen=True, kw_only=True):
    """One language. ``events`` names event types in a word or three; ``quotes`` opens and closes a quotation.

    ``day``, ``hour``, ``minute`` and ``second`` are abbreviations;
    ``same_day`` and ``other_day`` are strftime patterns for a time in UTC.
    ``flagged`` stands where no event type is known.
    """

    quotes: tuple[str, str]
    day: str
    hour: str
    minute: str
    second: str
    same_day: str
    other_day: str
    flagged: str
    events: dict[str, str]

    def event(self, type: str) -> str:
        """The name of an event type; for one that has no name here, its id made readable."""
        return self.events.get(type) or type.rpartition(".")[2].replace("-", " ").capitalize()


ENGLISH: Final = Labels(
    quotes=("“", "”"),
    day="d",
    hour="h",
    minute="min",
    second="s",
    same_day="%H:%M UTC",
    other_day="%d %b, %H:%M UTC",
    flagged="News",
    events={
        "policy.export-control": "Export controls",
        "policy.trade": "Tariffs and trade",
        "policy.sanctions": "Sanctions",
        "policy.monetary": "Monetary policy",
        "policy.fiscal": "Taxes and budget",
        "policy.subsidy": "Subsidies",
        "policy.antitrust": "Antitrust",
        "policy.regulation": "Regulation",
        "policy.government": "Government",
        "policy.security": "Security",
        "market.earnings": "Results",
        "market.guidance": "Outlook",
        "market.merger": "Takeover",
        "market.capital": "Capital",
        "market.rating": "Rating",
        "market.leadership": "Leadership",
        "market.legal": "Legal",
        "market.approval": "Approval",
        "market.product": "Product",
        "market.contract": "Contract",
        "market.incident": "Incident",
        "market.workforce": "Workforce",
        "market.insolvency": "Insolvency",
        "market.price-move": "Price move",
        "market.macro": "Economic data",
    },
)

GERMAN: Final = Labels(
    quotes=("„", "“"),
    day="T",
    hour="Std.",
    minute="Min.",
    second="Sek.",
    same_day="%H:%M UTC",
    other_day="%d.%m., %H:%M UTC",
    flagged="Nachricht",
    events={
        "policy.export-control": "Exportkontrollen",
        "policy.trade": "Zölle und Handel",
        "policy.sanctions": "Sanktionen",
        "policy.monetary": "Geldpolitik",
        "policy.fiscal": "Steuern und Haushalt",
        "policy.subsidy": "Subventionen",
        "policy.antitrust": "Kartellrecht",
        "policy.regulation": "Regulierung",
        "policy.government": "Regierung",
        "policy.security": "Sicherheit",
        "market.earnings": "Geschäftszahlen",
        "market.guidance": "Ausblick",
        "market.merger": "Übernahme",
        "market.capital": "Kapitalmaßnahme",
        "market.rating": "Rating",
        "market.leadership": "Führungswechsel",
        "market.legal": "Rechtsstreit",
        "market.approval": "Genehmigung",
        "market.product": "Produkt",
        "market.contract": "Auftrag",
        "market.incident": "Zwischenfall",
        "market.workforce": "Belegschaft",
        "market.insolvency": "Insolvenz",
        "market.price-move": "Kursbewegung",
        "market.macro": "Konjunkturdaten",
    },
)

LANGUAGES: Final = {"en": ENGLISH, "de": GERMAN}
"""What alerts can be written in. Each has its template ``alert.<language>.txt.j2``."""


def choose(language: str) -> str:
    """The language to write in for a subscriber who asks for ``language`` (BCP 47): that one, or else English."""
    primary = language.replace("_", "-").partition("-")[0].lower()
    return primary if primary in LANGUAGES else "en"
