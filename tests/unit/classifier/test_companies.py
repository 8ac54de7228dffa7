import pytest

from tocsin.classifier.classify import Classifier, Text
from tocsin.domain.signal import CompanyMention


def linked(classifier: Classifier, title: str, content: str = "", language: str = "en") -> dict[str, CompanyMention]:
    verdict = classifier.classify(Text(title=title, content=content, language=language))
    return {company.ticker: company for company in verdict.companies}


@pytest.mark.parametrize(
    ("language", "text", "tickers"),
    [
        ("en", "Nvidia's chips", {"NVDA"}),
        ("en", "nvidia chips", set()),
        ("en", "NVIDIA chips", {"NVDA"}),
        ("de", "Nvidias und AMDs Chips", {"NVDA", "AMD"}),
        ("en", "Nvidias", set()),
        ("en", "amd", set()),
        ("en", "Amd", set()),
        ("zh", "英伟达宣布", {"NVDA"}),
        ("ko", "엔비디아가 발표", {"NVDA"}),
        ("ru", "акции Газпрома", {"GAZP"}),
        ("ru", "Газпромбанк", set()),
        ("en", "Jensen Huang spoke", {"NVDA"}),
        ("en", "H20 chips and H200 chips", {"NVDA"}),
        ("en", "Muenchener Rück", {"MUV2.DE"}),
        ("en", "the ON switch", set()),
        ("en", "shares (NASDAQ: ON) rose", {"ON"}),
        ("en", "$AMD rose", {"AMD"}),
        ("en", "DBK.DE fell", {"DBK.DE"}),
    ],
)
def test_names(classifier: Classifier, language: str, text: str, tickers: set[str]) -> None:
    assert set(linked(classifier, text, language=language)) == tickers


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Visa rules for students", False),
        ("Visa payment volume grows", True),
        ("Visa Inc. grows", True),
        ("Visa (NYSE: V) grows", True),
        ("Visa is cheap. Payment is due.", True),  # a title is one sentence
    ],
)
def test_a_common_word_needs_a_cue(classifier: Classifier, text: str, *, meant: bool) -> None:
    assert ("V" in linked(classifier, text)) is meant


def test_the_cue_must_stand_in_the_same_sentence(classifier: Classifier) -> None:
    assert "V" not in linked(classifier, "News", "The Visa takes a week. A payment is due.")
    assert "V" in linked(classifier, "News", "The Visa payment takes a week.")


def test_a_longer_name_hides_the_shorter(classifier: Classifier) -> None:
    assert set(linked(classifier, "Deutsche Bank Research expects growth")) == {"DWNI.DE"}
    assert set(linked(classifier, "Deutsche Bank expects growth")) == {"DBK.DE"}


def test_the_subject_stands_in_the_title(classifier: Classifier) -> None:
    found = linked(classifier, "Nvidia resumes sales", "The rival AMD said nothing. AMD waits. AMD hopes.")
    assert (found["NVDA"].role, found["AMD"].role) == ("subject", "named")
    assert found["NVDA"].relevance > found["AMD"].relevance


def test_without_one_in_the_title_the_first_of_the_body_is_the_subject(classifier: Classifier) -> None:
    found = linked(classifier, "Chips return", "Nvidia may sell again. AMD too.")
    assert (found["NVDA"].role, found["AMD"].role) == ("subject", "named")


def test_a_list_of_companies_is_about_none(classifier: Classifier) -> None:
    found = linked(
        classifier, "Stocks to watch: Nvidia, AMD, Deutsche Bank, Onsemi, Munich Re, Münchener Rück, Visa Inc"
    )
    assert {company.role for company in found.values()} == {"named"}


def test_position_and_kind_of_name_make_relevance(classifier: Classifier) -> None:
    first = linked(classifier, "Nvidia gains as chips sell well everywhere")["NVDA"].relevance
    last = linked(classifier, "Chips sell well everywhere, says Nvidia")["NVDA"].relevance
    product = linked(classifier, "H20 gains as chips sell well everywhere")["NVDA"].relevance
    assert 100 >= first > last > product > 0


def test_evidence_names_the_alias(classifier: Classifier) -> None:
    (evidence,) = linked(classifier, "Die <b>Nvidias</b>", language="de")["NVDA"].evidence
    assert (evidence.text, evidence.rule, evidence.start) == ("Nvidia", "company/NVDA/Nvidia", 7)


@pytest.mark.parametrize(
    ("language", "text", "meant"),
    [
        ("en", "Orbital speed is high", False),
        ("en", "Orbital shares rose", True),
        ("en", "Orbital launches satellites", True),
        ("en", "Orbital AG grows", True),
        ("de", "Orbital wächst", True),  # no word of German
        ("en", "Aktie of Orbital", False),  # a word of business in another language
    ],
)
def test_an_unsure_name_is_confirmed_by_its_surroundings(
    classifier: Classifier, language: str, text: str, *, meant: bool
) -> None:
    assert ("ORB.DE" in linked(classifier, text, language=language)) is meant


def test_business_does_not_confirm_a_strict_company(classifier: Classifier) -> None:
    assert "AIM.L" not in linked(classifier, "Aim for profit")
    assert "AIM.L" in linked(classifier, "Aim sells trainers")


def test_what_is_named_after_a_company_is_not_the_company(classifier: Classifier) -> None:
    assert not linked(classifier, "Nvidia Arena opens")
    assert not linked(classifier, "Arena Nvidia opens")
    assert "NVDA" in linked(classifier, "Nvidia builds an arena for robots")
    assert not linked(classifier, "Orbital Leverkusen siegt", language="de")


def test_a_subject_on_which_the_company_is_not_meant_hides_it(classifier: Classifier) -> None:
    assert not linked(classifier, "Orbital gewinnt den Grand Prix", language="de")
    assert "ORB.DE" in linked(classifier, "Orbital-Aktie steigt nach Grand Prix", language="de")


@pytest.mark.parametrize("text", ["NVDA.O fell", "NVDA.OQ fell", "AMD.N fell"])
def test_tickers_as_agencies_write_them(classifier: Classifier, text: str) -> None:
    assert len(linked(classifier, text)) == 1
