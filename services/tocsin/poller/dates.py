"""Dates of feeds, strictly: a date that is not surely meant is no date, for a wrong one hides or rings old news."""

import contextlib
import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tocsin.poller import months

_ZONE: Final = r"(?P<zone>Z|[+-][0-9]{1,2}:?[0-9]{2}|[+-][0-9]{2}|[A-Z]{1,5})?"
_HALF: Final = r"(?:\s*(?P<half>[ap]\.?m\b\.?))?"
_CLOCK: Final = r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,12}))?)?"
_TIME: Final = rf"{_CLOCK}{_HALF}\s*(?:(?:GMT|UTC)\s?(?=[+-]))?{_ZONE}(?:\s*[(\[][^()\[\]]*[)\]])?"
_WEEKDAY: Final = r"(?:[^\W\d_]{2,14}(?:-[^\W\d_]{3,6})?\.?,?\s*)?"
_YEAR: Final = r"(?P<year>[0-9]{4})"
_DAY: Final = r"(?P<day>[0-9]{1,2})"
_MONTH: Final = r"(?P<month>[0-9]{1,2})"
_NAME: Final = rf"(?P<name>{months.NAME})\.?"
_THEN: Final = r"(?:,|\s-|\sat)?\s+"
_FORMS: Final = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        # RFC 822 and its successors, with or without the weekday, the time, the seconds, in any language
        (
            rf"{_WEEKDAY}{_DAY}(?:\.|st|nd|rd|th|er|º)?(?:[\s-]+|\s+(?:de|of)\s+){_NAME}(?:[\s-]+|,\s*|\s+de[l]?\s+)"
            rf"(?P<year>[0-9]{{4}}|[0-9]{{2}})(?:{_THEN}{_TIME})?"
        ),
        # ISO 8601 and its W3C profile, and the slips seen in the wild: a blank for the T, one-digit numbers
        rf"{_YEAR}(?:-{_MONTH}(?:-{_DAY}(?:(?:T\s?|,?\s+){_TIME})?)?)?",
        (
            rf"{_YEAR}(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}})"
            rf"(?:T?(?P<hour>[0-9]{{2}}):?(?P<minute>[0-9]{{2}})(?::?(?P<second>[0-9]{{2}}))?{_ZONE})?"
        ),
        # month first, as Americans write
        rf"{_WEEKDAY}{_NAME}\s+{_DAY}(?:st|nd|rd|th)?(?:,\s*|\s+)(?P<year>[0-9]{{4}})(?:{_THEN}{_TIME})?",
        # C's asctime, and date(1)
        rf"{_WEEKDAY}{_NAME}\s+{_DAY}\s+{_CLOCK}\s+(?:{_ZONE}\s+)?{_YEAR}",
        # year first can only be read one way
        rf"{_YEAR}/{_MONTH}/{_DAY}(?:\s+{_TIME})?",
        rf"{_YEAR}\.\s?{_MONTH}\.\s?{_DAY}\.?(?:\s+{_TIME})?",
        (
            rf"{_YEAR}[年년]\s*{_MONTH}[月월]\s*{_DAY}[日일](?:\s*\(?(?:星期|周)?[月火水木金土日一二三四五六월화수목금토일]\)?)?"
            r"(?:\s*(?P<half>[上下]午|午[前後]|오[전후])?\s*"
            rf"(?:{_CLOCK}\s*{_ZONE}|(?P<hour_>[0-9]{{1,2}})[时時点點시]\s*"
            r"(?:(?P<minute_>[0-9]{1,2})[分분]\s*(?:(?P<second_>[0-9]{1,2})[秒초])?)?))?"
        ),
        # day or month first: which, the numbers must show, unless there are dots, which Americans do not write
        rf"{_WEEKDAY}(?P<one>[0-9]{{1,2}})(?P<mark>[./-])(?P<other>[0-9]{{1,2}})(?P=mark){_YEAR}(?:{_THEN}{_TIME})?",
    )
)
_EPOCH: Final = re.compile(r"(1[0-9]{9})(?:[0-9]{3}|\.[0-9]+)?")
_NOT_EPOCH: Final = 1_900_000_000
"""From here on a number of ten digits could as well be a year with month, day and hour."""
_ZONES: Final = {
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "akdt": -8,
    "hst": -10, "ast": -4, "adt": -3, "brt": -3, "art": -3, "wet": 0, "west": 1, "bst": 1, "cet": 1, "cest": 2,
    "mez": 1, "mesz": 2, "eet": 2, "eest": 3, "sast": 2, "msk": 3, "trt": 3, "gst": 4, "pkt": 5, "ist": 5.5, "ict": 7,
    "wib": 7, "hkt": 8, "sgt": 8, "pht": 8, "awst": 8, "jst": 9, "kst": 9, "acst": 9.5, "aest": 10, "aedt": 11,
    "nzst": 12, "nzdt": 13, "met": 1, "mest": 2, "msd": 4, "idt": 3, "nst": -3.5, "ndt": -2.5, "clt": -4, "clst": -3,
    "cot": -5, "pet": -5, "npt": 5.75, "uzt": 5, "wita": 8, "wit": 9, "myt": 8, "chst": 10, "hdt": -9, "sst": -11,
    "ct": -6, "et": -5, "mt": -7, "pt": -8,
}  # fmt: skip
"""Hours east of Greenwich. RFC 822's names mean what it says (CST is Chicago); any other name is read as UTC."""
_PLACES: Final = {
    "et": "America/New_York",
    "ct": "America/Chicago",
    "mt": "America/Denver",
    "pt": "America/Los_Angeles",
}
_HALVES: Final = {"a": 0, "p": 12, "上": 0, "下": 12, "午前": 0, "午後": 12, "오전": 0, "오후": 12}
_EARLIEST: Final = 1970
_WIDEST: Final = 15 * 60
"""Minutes: no place on earth is further from UTC."""
_CENTURY: Final = 50
_LONGEST: Final = 80


def parse_date(text: str) -> datetime | None:
    """The moment meant by ``text``, UTC; None when it is not sure which.

    Read are RFC 822 (months in many languages), ISO 8601, dates in words or numbers whose order is clear, and epoch
    seconds or milliseconds. A date without a zone is UTC, one without a time is midnight. Nothing is guessed:
    03/04/2024, a 13th month and years before 1970 are None.
    """
    text = " ".join(text.split())
    if not text or len(text) > _LONGEST:
        return None
    for form in _FORMS:
        match = form.fullmatch(text)
        if match and (moment := _moment(match.groupdict())):
            return moment
    return _epoch(text)


def _epoch(text: str) -> datetime | None:
    match = _EPOCH.fullmatch(text)
    if match and int(match[1]) < _NOT_EPOCH:
        return datetime.fromtimestamp(int(match[1]), UTC)
    return None


def _moment(part: dict[str, str | None]) -> datetime | None:
    day, month = _day_and_month(part)
    written = part["year"] or ""
    year = int(written)
    if len(written) == len("99"):
        year += 2000 if year < _CENTURY else 1900
    hour, minute, second = (int(part.get(key) or part.get(f"{key}_") or 0) for key in ("hour", "minute", "second"))
    hour = _of_24(hour, part.get("half"))
    midnight_after = (hour, minute, second) == (24, 0, 0)
    if month is None or year < _EARLIEST:
        return None
    try:
        moment = datetime(
            year,
            month,
            day,
            0 if midnight_after else hour,
            minute,
            # a leap second has no place in datetime
            59 if second == 60 else second,  # noqa: PLR2004
            int((part.get("fraction") or "0").ljust(6, "0")[:6]),
            tzinfo=_zone(part.get("zone") or "Z"),
        )
        return (moment + timedelta(days=midnight_after)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _day_and_month(part: dict[str, str | None]) -> tuple[int, int | None]:
    if one := int(part.get("one") or 0):
        other = int(part.get("other") or 0)
        if part["mark"] == "." or one > 12 or one == other:  # noqa: PLR2004 - months
            return one, other
        return (other, one) if other > 12 else (0, None)  # noqa: PLR2004 - months
    month = months.month_of(part["name"] or "") if part.get("name") else int(part.get("month") or 1)
    return int(part.get("day") or 1), month


def _of_24(hour: int, half: str | None) -> int:
    """The hour of the day; -1, which no day has, for 13 pm."""
    if not half:
        return hour
    later = next(hours for sign, hours in _HALVES.items() if half.lower().startswith(sign))
    return hour % 12 + later if 0 < hour <= 12 else -1  # noqa: PLR2004 - hours on the clock's face


def _zone(name: str) -> tzinfo:
    """Raises ValueError for what is no zone."""
    if place := _PLACES.get(name.lower()):
        with contextlib.suppress(ZoneInfoNotFoundError):
            return ZoneInfo(place)
    east = _minutes_east(name)
    if east is None:
        raise ValueError(name)
    return timezone(timedelta(minutes=east))


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
