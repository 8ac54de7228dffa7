from datetime import UTC, datetime

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from tocsin.adapters.http.headers import fresh, links

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def proxy(*lines: tuple[str, str]) -> CIMultiDictProxy[str]:
    return CIMultiDictProxy(CIMultiDict(lines))


@pytest.mark.parametrize(
    ("lines", "seconds"),
    [
        ([], None),
        ([("Cache-Control", "max-age=300")], 300.0),
        ([("Cache-Control", "public, MAX-AGE = 300 , must-revalidate")], 300.0),
        ([("Cache-Control", 'max-age="300"')], 300.0),
        ([("Cache-Control", "s-maxage=300")], None),
        ([("Cache-Control", "public"), ("Cache-Control", "max-age=60")], 60.0),
        ([("Cache-Control", "max-age=2592000"), ("Age", "2591940")], 60.0),
        ([("Cache-Control", "max-age=60"), ("Age", "100")], 0.0),
        ([("Cache-Control", "max-age=" + "9" * 50)], 999_999_999.0),
        ([("Cache-Control", "no-cache, max-age=60")], 0.0),
        ([("Cache-Control", "max-age=soon")], None),
        ([("Expires", "Sun, 01 Mar 2026 12:05:00 GMT")], 300.0),
        ([("Expires", "Sun, 01 Mar 2026 13:05:00 GMT"), ("Date", "Sun, 01 Mar 2026 13:00:00 GMT")], 300.0),
        ([("Expires", "Sun, 01 Mar 2026 11:00:00 GMT")], 0.0),
        ([("Expires", "-1")], None),
        ([("Expires", "Sun, 01 Mar 2026 12:05:00 GMT"), ("Cache-Control", "max-age=60")], 60.0),
    ],
)
def test_how_long_an_answer_stays_fresh(lines: list[tuple[str, str]], seconds: float | None) -> None:
    assert fresh(proxy(*lines), NOW) == seconds


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([], {}),
        ([("Link", '<http://h/>; rel="hub"')], {"hub": "http://h/"}),
        ([("Link", "<http://h/>;rel=hub,<http://s/>; type=x; rel=self")], {"hub": "http://h/", "self": "http://s/"}),
        ([("Link", "<a>; rel='x'"), ("Link", '<b>; REL="Hub self"')], {"'x'": "a", "hub": "b", "self": "b"}),
        ([("Link", '<first>; rel="hub"'), ("Link", '<second>; rel="hub"')], {"hub": "first"}),
        ([("Link", "nonsense")], {}),
    ],
)
def test_link_headers(lines: list[tuple[str, str]], found: dict[str, str]) -> None:
    assert links(proxy(*lines)) == found
