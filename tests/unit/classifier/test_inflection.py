import pytest

from tocsin.classifier.inflection import begins_well, name_end, name_patterns


def ends(text: str, name: str, language: str | None, *, stem: bool = False) -> str:
    """What of ``text`` is taken for the name, "" for none."""
    start = text.index(name)
    return (
        text[start : name_end(text, start, start + len(name), language, stem=stem)] if begins_well(text, start) else ""
    )


@pytest.mark.parametrize(
    ("language", "text", "name", "taken"),
    [
        ("de", "Siemens", "Siemens", "Siemens"),
        ("de", "Daimlers", "Daimler", "Daimlers"),
        ("en", "Daimlers", "Daimler", ""),
        ("de", "Visagist", "Visa", ""),
        ("pl", "Volkswagena", "Volkswagen", "Volkswagena"),
        ("pl", "Orlenowi", "Orlen", "Orlenowi"),
        ("pl", "Orlenowski", "Orlen", ""),
        ("tr", "Garantinin", "Garanti", "Garantinin"),
        ("tr", "Apple'ın", "Apple", "Apple"),
        ("ru", "Газпрома", "Газпром", "Газпрома"),
        ("ru", "Газпромбанка", "Газпром", ""),
        ("ja", "アップルが発表", "アップル", "アップル"),
        ("ja", "パイナップル", "アップル", ""),
        ("ja", "アップルパイ", "アップル", ""),
        ("ja", "トヨタグループ", "トヨタ", "トヨタ"),
        ("ko", "테슬라가 내렸다", "테슬라", "테슬라"),
        ("ko", "소니아 총리", "소니", ""),
        ("ko", "파인애플", "애플", ""),
        ("zh", "消息称苹果公司将", "苹果公司", "苹果公司"),
        ("ar", "وأرامكو", "أرامكو", "أرامكو"),
        ("ar", "بأرامكو", "أرامكو", "أرامكو"),
        ("ar", "الإبل", "ابل", ""),
        ("ar", "مايكروسوفتية", "مايكروسوفت", ""),
    ],
)
def test_only_known_endings_belong_to_a_name(language: str, text: str, name: str, taken: str) -> None:
    assert (ends(text, name, language) if name in text else "") == taken


def test_a_stem_must_go_on() -> None:
    assert ends("Теслы", "Тесл", "ru", stem=True) == "Теслы"
    assert ends("Tesli", "Tesl", "pl", stem=True) == "Tesli"
    assert ends("Тесл", "Тесл", "ru", stem=True) == ""
    assert ends("Teslaville", "Tesl", "pl", stem=True) == ""


def test_patterns_of_a_name() -> None:
    assert list(name_patterns("Siemens")) == [("Siemens*", None, False)]
    assert ("Tesl*", "pl", True) in list(name_patterns("Tesla"))
    assert ("Роснефт*", None, True) in list(name_patterns("Роснефть"))
    assert ("Deutsche-Bank*", "de", False) in list(name_patterns("Deutsche Bank"))
    assert list(name_patterns("الراجحي")) == [("*الراجحي*", None, False), ("*للراجحي*", None, False)]
    assert list(name_patterns("Galaxy S*")) == [("Galaxy S*", None, False), ("Galaxy-S*", "de", False)]
