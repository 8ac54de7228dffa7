import pytest

from tocsin.poller.links import absolute, canonical


@pytest.mark.parametrize(
    ("base", "link", "expected"),
    [
        ("https://e.org/feed/", "a", "https://e.org/feed/a"),
        ("https://e.org/feed/", " //cdn.e.org/\n x ", "https://cdn.e.org/x"),
        ("https://e.org/", "/a b", "https://e.org/a%20b"),
        ("", "/a", "/a"),
        ("https://e.org/", "javascript:alert(1)", ""),
        ("https://e.org/", "file:///etc/passwd", ""),
        ("https://e.org/", "http://[broken", ""),
        ("https://e.org/", "x" * 5_000, ""),
        ("https://e.org/", "", ""),
    ],
)
def test_absolute(base: str, link: str, expected: str) -> None:
    assert absolute(base, link) == expected


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("HTTPS://E.org:443?a=1", "https://e.org/?a=1"),
        ("http://e.org:8080/A?utm_source=x&b=%20&c=", "http://e.org:8080/A?b=+&c="),
        ("https://e.org/a#part", "https://e.org/a"),
        ("https://e.org/a?b=%2F", "https://e.org/a?b=%2F"),
        ("http://[broken", "http://[broken"),
        ("", ""),
    ],
)
def test_canonical(link: str, expected: str) -> None:
    assert canonical(link) == expected
    assert canonical(expected) == expected
