"""Dates of feeds, strictly: a date that is not surely meant is no date, for a wrong one hides or rings old news."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

_ZONE: Final = r"(?P<zone>Z|[+-]\d{1,2}:?\d{2}|[+-]\d{2}|[A-Za-z]{1,5})?"
_TIME: Final = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,12}))?)?"
_FORMS: Final = tuple(
    re.compile(form, re.IGNORECASE | re.ASCII)
    for form in (
        # ISO 8601 and its W3C profile, and the slips seen in the wild: a blank for the T, one-digit hours
        rf"(?P<year>\d{{4}})(?:-(?P<month>\d{{2}})(?:-(?P<day>\d{{2}})(?:(?:T|\s+){_TIME}\s*{_ZONE})?)?)?",
        (
            rf"(?P<year>\d{{4}})(?P<month>\d{{2}})(?P<day>\d{{2}})"
            rf"(?:T(?P<hour>\d{{2}}):?(?P<minute>\d{{2}})(?::?(?P<second>\d{{2}}))?{_ZONE})?"
        ),
        # RFC 822 and its successors, with or without the weekday, the time, the seconds
        (
            rf"(?:[A-Z]{{3,9}}\.?,?\s*)?(?P<day>\d{{1,2}})[\s-]+(?P<name>[A-Z]{{3,9}})\.?[\s-]+(?P<year>\d{{4}}|\d{{2}})"
            rf"(?:,?\s+{_TIME}\s*(?:(?:GMT|UTC)(?=[+-]))?{_ZONE})?(?:\s*\([^()]*\))?"
        ),
        # C's asctime, and date(1)
        rf"[A-Z]{{3}}\s+(?P<name>[A-Z]{{3}})\s+(?P<day>\d{{1,2}})\s+{_TIME}\s+(?:{_ZONE}\s+)?(?P<year>\d{{4}})",
        # year first can only be read one way
        rf"(?P<year>\d{{4}})/(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}})(?:\s+{_TIME}\s*{_ZONE})?",
        rf"(?P<year>\d{{4}})年\s?(?P<month>\d{{1,2}})月\s?(?P<day>\d{{1,2}})日(?:\s*{_TIME}\s*{_ZONE})?",
    )
)
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FULL_MONTHS: Final = frozenset(
    [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "sept",
        "october",
        "november",
        "december",
    ]
)
_ZONES: Final = {
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "akdt": -8,
    "hst": -10, "ast": -4, "adt": -3, "brt": -3, "art": -3, "wet": 0, "west": 1, "bst": 1, "cet": 1, "cest": 2,
    "mez": 1, "mesz": 2, "eet": 2, "eest": 3, "sast": 2, "msk": 3, "trt": 3, "gst": 4, "pkt": 5, "ist": 5.5, "ict": 7,
    "wib": 7, "hkt": 8, "sgt": 8, "pht": 8, "awst": 8, "jst": 9, "kst": 9, "acst": 9.5, "aest": 10, "aedt": 11,
    "nzst": 12, "nzdt": 13,
}  # fmt: skip
"""Hours east of Greenwich. RFC 822's names mean what it says (CST is Chicago); any other name is read as UTC."""
_EARLIEST: Final = 1970
_WIDEST: Final = 15 * 60
"""Minutes: no place on earth is further from UTC."""
_CENTURY: Final = 50
_LONGEST: Final = 80


def parse_date(text: str) -> datetime | None:
    """The moment meant by ``text`` (RFC 822, ISO 8601/W3CDTF, year-first dates), UTC; None when it is none of these.

    A date without a zone is UTC, one without a time is midnight. Nothing is guessed: epoch numbers, day/month/year
    with slashes, a 13th month and years before 1970 are None.
    """
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return None
    for form in _FORMS:
        match = form.fullmatch(text)
        if match:
            return _moment(match.groupdict())
    return None


def _moment(part: dict[str, str | None]) -> datetime | None:
    name = (part.get("name") or "").lower()
    if name:
        if name[:3] not in _MONTHS or (len(name) > len("jan") and name not in _FULL_MONTHS):
            return None
        month = _MONTHS.index(name[:3]) + 1
    else:
        month = int(part.get("month") or 1)
    written = part["year"] or ""
    year = int(written)
    if len(written) == len("99"):
        year += 2000 if year < _CENTURY else 1900
    east = _minutes_east(part.get("zone") or "Z")
    if year < _EARLIEST or east is None:
        return None
    hour, minute, second = (int(part.get(key) or 0) for key in ("hour", "minute", "second"))
    midnight_after = (hour, minute, second) == (24, 0, 0)
    try:
        moment = datetime(
            year,
            month,
            int(part.get("day") or 1),
            0 if midnight_after else hour,
            minute,
            # a leap second has no place in datetime
            59 if second == 60 else second,  # noqa: PLR2004
            int((part.get("fraction") or "0").ljust(6, "0")[:6]),
            tzinfo=timezone(timedelta(minutes=east)),
        )
        return (moment + timedelta(days=midnight_after)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _minutes_east(zone: str) -> float | None:
    if zone.lower() in {"am", "pm"}:
        return None
    if zone[0] not in "+-":
        return 60 * _ZONES.get(zone.lower(), 0)
    digits = zone[1:].replace(":", "")
    # +5, +05, +530, +0530
    hours, minutes = (digits, "0") if len(digits) <= len("05") else (digits[:-2], digits[-2:])
    total = int(hours) * 60 + int(minutes)
    if total > _WIDEST or int(minutes) > 59:  # noqa: PLR2004 - minutes of an hour
        return None
    return -total if zone[0] == "-" else total
