import pytest

from tocsin.adapters.http.domains import Domains, registrable
from tocsin.settings.schema import DomainSettings


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("news.bbc.co.uk", "bbc.co.uk"),
        ("WWW.Example.ORG.", "example.org"),
        ("one.github.io", "one.github.io"),
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("co.uk", "co.uk"),
        ("", ""),
    ],
)
def test_who_runs_a_host(host: str, domain: str) -> None:
    assert registrable(host) == domain


def test_presets_hold_unless_the_settings_say_otherwise() -> None:
    domains = Domains({"sec.gov": DomainSettings(min_interval=5.0)}, 2)
    assert domains.manners("https://old.reddit.com/r/x/.rss", 0.0).min_interval >= 300
    assert domains.manners("https://www.sec.gov/news", 0.0).min_interval == 5
    assert domains.manners("https://e.example/", 0.0).min_interval == 0


@pytest.mark.parametrize("url", ["", "http://[broken", "no url", "http://"])
def test_what_is_no_url_has_manners_too(url: str) -> None:
    assert Domains({}, 2).manners(url, 0.0).wait == 0
