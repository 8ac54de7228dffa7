"""Operators' templates: laid over the built-in ones, and refused when they loop, raise or reach out."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.notifier.alerts import PUBLISHED, alert, delivery

from tocsin.domain.errors import ConfigurationError
from tocsin.domain.subscription import Channel, Subscriber
from tocsin.notifier.messages import Messages
from tocsin.notifier.template_check import check_templates
from tocsin.ports.sender import Dialect, Message, Traits
from tocsin.settings.schema import NotifierSettings

HOOK = Channel(id="hook", url="json://127.0.0.1/")


def write(folder: Path, **templates: str) -> NotifierSettings:
    for name, text in templates.items():
        path = folder / (name.replace("__", "/").replace("_", ".") + ".j2")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return NotifierSettings(templates=str(folder))


def shown(
    settings: NotifierSettings, language: str = "en", channel: str = "hook", dialect: Dialect = "text"
) -> Message:
    hook = Channel(id=channel, url="json://127.0.0.1/")
    reader = Subscriber(id="desk", channels=(hook,), subscriptions=(), language=language)
    traits = Traits(provider="x", account="", dialect=dialect)
    now = PUBLISHED + timedelta(seconds=55)
    return Messages(settings).message(delivery(alert()), subscriber=reader, channel=hook, traits=traits, now=now)


def test_a_template_of_the_operators_comes_first(tmp_path: Path) -> None:
    settings = write(
        tmp_path,
        alert_txt="any {{ head }}\nbody {{ link(source, link_url) }}",
        alert_de_txt="deutsch {{ headline }}",
        desk__mail__alert_txt="for the desk's mail",
    )
    assert shown(settings).title == "any NVDA ▲ Export controls"
    assert shown(settings).body == "body Sample Wire: https://wire.example/h20"
    assert shown(settings, "de").title.startswith("deutsch Washington")
    assert shown(settings, "de", "mail").title == "for the desk's mail"


def test_html_can_be_replaced_too(tmp_path: Path) -> None:
    settings = write(tmp_path, alert_html="<p>{{ headline }} & {{ '<b>' }}</p>")
    html = shown(settings, dialect="html").html
    assert html == "<p>Washington grants export licence for H20 chips & &lt;b&gt;</p>"


BAD = {
    "endless": "{% for a in range(9) %}x{% endfor %}",
    "nested loops": "{% for a in names %}{% for b in names %}{% for c in names %}{% for d in names %}"
    "{% for e in names %}{% for f in names %}x{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}",
    "raises": "{{ headline.nothing.here }}",
    "unknown name": "{{ headlin }}",
    "division": "{{ 1 / 0 }}",
    "syntax": "{% if headline %}",
    "power": "{{ 9 ** 9 ** 9 }}",
    "multiplied text": "{{ 'x' * 1000000000 }}",
    "format bomb": "{{ '%1000000000d' % 1 }}",
    "method": "{{ headline.ljust(1000000000) }}",
    "filter bomb": "{{ headline | center(1000000000) }}",
    "class": "{{ headline.__class__ }}",
    "subclasses": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "recursive macro": "{% macro m(n) %}{{ m(n) }}{{ m(n) }}{% endmacro %}{{ m(1) }}",
    "includes itself": "{% include 'alert.txt.j2' %}",
    "reads a file": "{% include '/etc/hostname' %}",
    "recursive loop": "{% for a in stories recursive %}{{ loop([a]) }}{% endfor %}",
    "empty": "{% if false %}x{% endif %}",
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_a_template_that_loops_or_raises_is_refused_by_name(tmp_path: Path, text: str) -> None:
    text = "{% set names = [1,2,3,4,5,6,7,8,9] %}" + text if "names" in text else text
    settings = write(tmp_path, alert_txt=text)
    began = time.monotonic()
    with pytest.raises(ConfigurationError, match=r"alert\.txt\.j2"):
        check_templates(settings)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_and_should_one_slip_through_the_alert_is_told_all_the_same(
    tmp_path: Path, text: str, capfd: pytest.CaptureFixture[str]
) -> None:
    text = "{% set names = [1,2,3,4,5,6,7,8,9] %}" + text if "names" in text else text
    message = shown(write(tmp_path, alert_txt=text))
    assert message.title == "🔔 NVDA ▲ Export controls — Washington grants export licence for H20 chips"
    assert "template." in "".join(capfd.readouterr())


def test_good_templates_pass(tmp_path: Path) -> None:
    check_templates(NotifierSettings())
    check_templates(write(tmp_path, alert_txt="{{ head }}\n{% for each in reasons %}{{ each }}{% endfor %}"))
    check_templates(
        write(tmp_path, desk__mail__digest_de_html="<ul>{% for each in stories %}<li>{{ each.head }}{% endfor %}")
    )


def test_a_name_that_is_never_looked_for_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"alarm\.txt\.j2.*alert"):
        check_templates(write(tmp_path, alarm_txt="x"))


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"notifier\.templates"):
        check_templates(NotifierSettings(templates=str(tmp_path / "nowhere")))
