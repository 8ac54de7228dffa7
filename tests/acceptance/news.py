"""Own-written items that must ring, each about another company so that each is a story, and some that must not."""

from tocsin.testing.sample_feed import SampleItem
from tocsin.testing.webhook import Call

COMPANIES = ("SAP", "Siemens", "Adidas", "Allianz", "BMW", "Bayer", "Volkswagen", "Intel", "Pfizer", "Boeing", "Nike")

FEED = "wire"


def forecast(company: str) -> SampleItem:
    """A guidance raise: rings."""
    return SampleItem(
        id=f"forecast-{company.lower()}",
        title=f"{company} raises full-year profit forecast after strong quarter",
        summary=f"{company} lifted its outlook and now expects higher earnings this year.",
    )


def gardening(number: int) -> SampleItem:
    """Ordinary news: stays silent."""
    return SampleItem(id=f"garden-{number}", title=f"Volunteers plant {number + 3} lime trees along the old canal")


def companies_rung(calls: list[Call]) -> list[str]:
    """For each call, in order, the company whose alert it was."""
    return [next((c for c in COMPANIES if f"{c} raises" in str(call.body)), str(call.body)) for call in calls]
