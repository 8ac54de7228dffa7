import pytest

from tocsin.classifier.language import base_language, identify


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Die Regierung will die Zölle auf Autos senken", "de"),
        ("The government wants to cut tariffs on cars", "en"),
        ("Le gouvernement veut réduire les droits de douane", "fr"),
        ("央行降息", "zh"),
        ("日銀は利上げを見送った", "ja"),
        ("한국은행 금리 인하", "ko"),
        ("英伟达Nvidia恢复H20销售", "zh"),
        ("ECB ΕΚΤ αυξάνει τα επιτόκια", "el"),
        ("THE FED RAISES INTEREST RATES AGAIN", "en"),
    ],
)
def test_languages(text: str, code: str) -> None:
    found = identify(text)
    assert found.code == code
    assert found.sure


@pytest.mark.parametrize("text", ["", "   ", "Zoll", "US", "123 %", "🙂", "\ud800", "<b></b>"])
def test_too_little_is_not_sure(text: str) -> None:
    assert not identify(text).sure


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("de-AT", "de"),
        ("zh_Hant", "zh"),
        ("EN", "en"),
        ("nb", "no"),
        ("", None),
        (None, None),
        ("und", None),
        ("?", None),
    ],
)
def test_tags(tag: str | None, code: str | None) -> None:
    assert base_language(tag) == code
