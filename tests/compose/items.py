"""The news of the container test. Facts or inventions aside, every sentence was written for this file."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Item:
    """An item of the feed."""

    id: str
    title: str
    summary: str


H20: Final = Item(
    "h20",
    "USA erlauben Nvidia wieder Export von H20-Chips nach China",
    "Nvidia darf seine KI-Chips vom Typ H20 wieder nach China liefern. Die Regierung in Washington habe zugesagt, die "
    "nötigen Exportlizenzen zu erteilen, teilte der Konzern mit. Die Exportbeschränkungen vom April hatten ihn nach "
    "eigener Schätzung 5,5 Milliarden Dollar gekostet. AMD hofft auf dasselbe für seinen MI308.",
)
WHILE_KILLED: Final = {
    "poller": Item(
        "zins",
        "EZB senkt Leitzins um 25 Basispunkte",
        "Die Europäische Zentralbank senkt ihre Leitzinsen um einen Viertelpunkt. Der Rat begründete die "
        "Zinssenkung mit der schwachen Konjunktur im Euroraum.",
    ),
    "classifier": Item(
        "zoll",
        "EU verhängt Strafzölle auf Elektroautos aus China",
        "Die Europäische Kommission erhebt ab Juli zusätzliche Zölle von bis zu 38 Prozent auf chinesische "
        "Elektroautos. Peking kündigte Gegenzölle an.",
    ),
    "router": Item(
        "uebernahme",
        "Pfizer übernimmt Biotechfirma Seagen für 43 Milliarden Dollar",
        "Der Pharmakonzern hat eine Vereinbarung über die Übernahme aller Aktien unterzeichnet. Der Verwaltungsrat von "
        "Seagen empfiehlt das Angebot.",
    ),
    "notifier": Item(
        "prognose",
        "Intel senkt Umsatzprognose für das laufende Quartal",
        "Der Chiphersteller rechnet nach einer Gewinnwarnung nur noch mit 12 Milliarden Dollar Umsatz. Die Aktie fiel "
        "nachbörslich um neun Prozent.",
    ),
    "kafka": Item(
        "sanktionen",
        "USA verhängen Sanktionen gegen Ölkonzern Rosneft",
        "Das Finanzministerium in Washington setzt den russischen Konzern auf die Sanktionsliste und friert seine "
        "Vermögenswerte ein.",
    ),
    "redis": Item(
        "zulassung",
        "FDA erteilt Eli Lilly Zulassung für Alzheimer-Mittel",
        "Die US-Arzneimittelbehörde hat das Medikament Kisunla des Konzerns Eli Lilly zugelassen.",
    ),
}
"""Service → what is published while it is killed: six stories that have nothing to do with each other."""

SCALED: Final = Item(
    "kartell",
    "EU-Kommission verhängt Milliardenstrafe gegen Google",
    "Die Wettbewerbshüter in Brüssel verhängen gegen Google eine Kartellstrafe von 2,9 Milliarden Euro wegen "
    "Missbrauchs seiner Marktmacht.",
)

FAILED_OVER: Final = Item(
    "stellen",
    "Boeing streicht 2.500 Stellen in den USA",
    "Der Flugzeugbauer Boeing verschickt Kündigungen an 2.500 Beschäftigte, die meisten in Washington und South "
    "Carolina. Der Stellenabbau soll bis Januar abgeschlossen sein.",
)
REPLACED: Final = Item(
    "ruecktritt",
    "Nestlé-Chef tritt mit sofortiger Wirkung zurück",
    "Der Vorstandsvorsitzende von Nestlé legt sein Amt nieder. Der Verwaltungsrat hat einen Nachfolger ernannt.",
)
