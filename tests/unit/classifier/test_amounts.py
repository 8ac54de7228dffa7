import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.classifier.amounts import MOST, read_amounts


@pytest.mark.parametrize(
    ("language", "text", "value", "unit", "found"),
    [
        ("en", "worth $5.5bn now", 5.5e9, "USD", "$5.5bn"),
        ("en", "worth US$ 5.5 billion", 5.5e9, "USD", "US$ 5.5 billion"),
        ("en", "a 300 million euro loan", 3e8, "EUR", "300 million euro"),
        ("en", "£1,234.50 each", 1234.5, "GBP", "£1,234.50"),
        ("en", "¥500bn plan", 5e11, "JPY", "¥500bn"),
        ("en", "USD 12 million", 1.2e7, "USD", "USD 12 million"),
        ("en", "fell 12.5%", 12.5, "%", "12.5%"),
        ("en", "up 3 per cent", 3, "%", "3 per cent"),
        ("en", "by 25 basis points", 0.25, "%", "25 basis points"),
        ("en", "5 billion won", 5e9, "KRW", "5 billion won"),
        ("de", "rund 5,5 Milliarden Dollar", 5.5e9, "USD", "5,5 Milliarden Dollar"),
        ("de", "4 Billionen US-Dollar", 4e12, "USD", "4 Billionen US-Dollar"),
        ("de", "1 Billion Euro", 1e12, "EUR", "1 Billion Euro"),
        ("de", "1.234,5 Mio. Euro", 1.2345e9, "EUR", "1.234,5 Mio. Euro"),
        ("de", "4,7 Mrd. €", 4.7e9, "EUR", "4,7 Mrd. €"),
        ("de", "um 12 Prozent", 12, "%", "12 Prozent"),
        ("de", "2024 3 Mio. Franken", 3e6, "CHF", "3 Mio. Franken"),
        ("de", "10.000 Euro", 10_000, "EUR", "10.000 Euro"),
        ("fr", "300 millions d’euros", 3e8, "EUR", "300 millions d’euros"),
        ("fr", "1 250 000 euros", 1_250_000, "EUR", "1 250 000 euros"),
        ("es", "2 mil millones de dólares", 2e9, "USD", "2 mil millones de dólares"),
        ("zh", "达55亿美元", 5.5e9, "USD", "55亿美元"),
        ("zh", "约1.2万亿元", 1.2e12, "CNY", "1.2万亿元"),
        ("zh", "增长12%", 12, "%", "12%"),
        ("ja", "3兆円", 3e12, "JPY", "3兆円"),
        ("ru", "5 млрд долларов", 5e9, "USD", "5 млрд долларов"),
        ("tr", "3 MİLYAR dolar", 3e9, "USD", "3 MİLYAR dolar"),
        (None, "€1,500", 1500, "EUR", "€1,500"),
    ],
)
def test_amounts(language: str | None, text: str, value: float, unit: str, found: str) -> None:
    (amount,) = read_amounts("summary", text, language)
    assert (amount.value, amount.currency or amount.unit, amount.text) == (value, unit, found)
    assert text[amount.start : amount.end] == found
    assert amount.field == "summary"


# by language: text, value, unit (P: percentage points)
WORDINGS: dict[str, list[tuple[str, float, str]]] = {
    "en": [
        ("a deal worth US$1.2 trillion", 1.2e12, "USD"), ("fined £300m over leaks", 3e8, "GBP"),
        ("order book of Rs 2,500 crore", 2.5e10, "INR"), ("Rs. 40 lakh grant", 4e6, "INR"),
        ("₹1,50,000 crore plan", 1.5e12, "INR"), ("three billion dollars in aid", 3e9, "USD"),
        ("half a billion dollars", 5e8, "USD"), ("a billion euros", 1e9, "EUR"),
        ("two hundred million dollars", 2e8, "USD"), ("A$2.5 billion bid", 2.5e9, "AUD"),
        ("3 billion Canadian dollars", 3e9, "CAD"), ("EUR5bn bond", 5e9, "EUR"), ("a SAR 4 bn plant", 4e9, "SAR"),
        ("80 million Mexican pesos", 8e7, "MXN"), ("a $4-billion-a-year pact", 4e9, "USD"),
        ("a 5-billion-dollar plant", 5e9, "USD"), ("a 75-basis-point rise", 0.75, "P"), ("cut by 50bp", 0.5, "P"),
        ("half a point", 0.5, "P"), ("a quarter point", 0.25, "P"), ("three quarters of a point", 0.75, "P"),
        ("half a percentage point", 0.5, "P"), ("by ½ point", 0.5, "P"), ("up 1/4 percentage point", 0.25, "P"),
        ("twenty-five basis points", 0.25, "P"), ("raised its rate by 1.5 points", 1.5, "P"),
        ("one and a half percent", 1.5, "%"), ("grew three percent", 3, "%"), ("$2-3 billion", 3e9, "USD"),
        ("2 to 3 percent", 3, "%"),
    ],
    "de": [
        ("ein Gewinn von 3,2 Mrd. Euro", 3.2e9, "EUR"), ("zwei Milliarden Euro", 2e9, "EUR"),
        ("eine halbe Milliarde Dollar", 5e8, "USD"), ("anderthalb Milliarden Franken", 1.5e9, "CHF"),
        ("2 bis 3 Milliarden Euro", 3e9, "EUR"), ("das 5-Milliarden-Euro-Paket", 5e9, "EUR"),
        ("um einen halben Punkt", 0.5, "P"), ("um einen halben Prozentpunkt", 0.5, "P"),
        ("um einen Viertelpunkt", 0.25, "P"), ("25 Basispunkte", 0.25, "P"), ("1,5 Prozentpunkte", 1.5, "P"),
        ("zwölf Prozent", 12, "%"), ("EUR 5,5 Mrd", 5.5e9, "EUR"), ("40 Mrd. Schweizer Franken", 4e10, "CHF"),
    ],
    "fr": [
        ("2,3 milliards d'euros", 2.3e9, "EUR"), ("deux milliards de dollars", 2e9, "USD"),
        ("un demi-milliard d’euros", 5e8, "EUR"), ("trois milliards et demi d'euros", 3.5e9, "EUR"),
        ("12,5\u202f%", 12.5, "%"), ("un demi-point", 0.5, "P"), ("un quart de point", 0.25, "P"),
        ("50 points de base", 0.5, "P"), ("0,5 point de pourcentage", 0.5, "P"), ("dix pour cent", 10, "%"),
        ("300 M€", 3e8, "EUR"), ("4 Md€", 4e9, "EUR"), ("20 millions de francs suisses", 2e7, "CHF"),
    ],
    "es": [
        ("3.500 millones de euros", 3.5e9, "EUR"), ("1,250 millones de dólares", 1.25e9, "USD"),
        ("tres mil millones de dólares", 3e9, "USD"), ("2 billones de dólares", 2e12, "USD"),
        ("dos millones y medio de euros", 2.5e6, "EUR"), ("medio punto", 0.5, "P"),
        ("un cuarto de punto", 0.25, "P"), ("25 puntos básicos", 0.25, "P"), ("1,5 puntos porcentuales", 1.5, "P"),
        ("12 por ciento", 12, "%"), ("cinco por ciento", 5, "%"), ("900 millones de pesos mexicanos", 9e8, "MXN"),
        ("40.000 millones de pesos argentinos", 4e10, "ARS"),
    ],
    "it": [
        ("2,5 miliardi di euro", 2.5e9, "EUR"), ("due miliardi di dollari", 2e9, "USD"),
        ("mezzo miliardo di euro", 5e8, "EUR"), ("tre miliardi e mezzo di euro", 3.5e9, "EUR"),
        ("mezzo punto", 0.5, "P"), ("un quarto di punto", 0.25, "P"), ("25 punti base", 0.25, "P"),
        ("0,3 punti percentuali", 0.3, "P"), ("dieci per cento", 10, "%"), ("800 mila euro", 8e5, "EUR"),
    ],
    "pt": [
        ("R$ 1,2 bilhão", 1.2e9, "BRL"), ("R$ 18 bi", 1.8e10, "BRL"), ("R$ 300 mi", 3e8, "BRL"),
        ("3 mil milhões de euros", 3e9, "EUR"), ("dois bilhões de reais", 2e9, "BRL"),
        ("meio bilhão de dólares", 5e8, "USD"), ("meio ponto", 0.5, "P"), ("0,5 ponto percentual", 0.5, "P"),
        ("25 pontos-base", 0.25, "P"), ("50 pontos base", 0.5, "P"), ("três por cento", 3, "%"),
    ],
    "nl": [
        ("2,1 miljard euro", 2.1e9, "EUR"), ("twee miljard euro", 2e9, "EUR"), ("half miljard dollar", 5e8, "USD"),
        ("anderhalf miljard euro", 1.5e9, "EUR"), ("een half procentpunt", 0.5, "P"),
        ("een kwart procentpunt", 0.25, "P"), ("25 basispunten", 0.25, "P"), ("vijf procent", 5, "%"),
        ("40 mln euro", 4e7, "EUR"),
    ],
    "pl": [
        ("3,4 mld zł", 3.4e9, "PLN"), ("150 mln złotych", 1.5e8, "PLN"), ("800 tys. zł", 8e5, "PLN"),
        ("dwa miliardy dolarów", 2e9, "USD"), ("pół miliarda euro", 5e8, "EUR"), ("miliard złotych", 1e9, "PLN"),
        ("półtora miliarda złotych", 1.5e9, "PLN"), ("25 punktów bazowych", 0.25, "P"),
        ("pół punktu procentowego", 0.5, "P"), ("12 proc.", 12, "%"), ("pięć procent", 5, "%"),
    ],
    "sv": [
        ("4,2 miljarder kronor", 4.2e9, "SEK"), ("300 Mkr", 3e8, "SEK"), ("1,5 mdkr", 1.5e9, "SEK"),
        ("två miljarder kronor", 2e9, "SEK"), ("en halv miljard kronor", 5e8, "SEK"), ("250 kr", 250, "SEK"),
        ("en halv procentenhet", 0.5, "P"), ("0,25 procentenheter", 0.25, "P"), ("25 räntepunkter", 0.25, "P"),
        ("höjer räntan med 50 punkter", 0.5, "P"), ("tre procent", 3, "%"), ("5 miljoner norska kronor", 5e6, "NOK"),
    ],
    "tr": [
        ("3,5 milyar dolarlık anlaşma", 3.5e9, "USD"), ("yüzde 12", 12, "%"), ("%12,5 arttı", 12.5, "%"),
        ("Yüzde 45'e çıktı", 45, "%"), ("250 baz puan", 2.5, "P"), ("1,2 milyar TL", 1.2e9, "TRY"),
        ("500 milyon avro", 5e8, "EUR"), ("2 milyar lira", 2e9, "TRY"), ("iki milyar dolar", 2e9, "USD"),
        ("yarım puan", 0.5, "P"), ("yarım milyar dolar", 5e8, "USD"), ("1,5 yüzde puan", 1.5, "P"),
        ("bir buçuk milyar lira", 1.5e9, "TRY"), ("yüzde beş", 5, "%"),
    ],
    "ru": [
        ("3,5 млрд рублей", 3.5e9, "RUB"), ("2 трлн руб.", 2e12, "RUB"), ("700 тыс. рублей", 7e5, "RUB"),
        ("на 200 базисных пунктов", 2, "P"), ("на полпроцентного пункта", 0.5, "P"),
        ("на 1,5 процентного пункта", 1.5, "P"), ("два миллиарда долларов", 2e9, "USD"),
        ("полмиллиарда долларов", 5e8, "USD"), ("полтора миллиарда евро", 1.5e9, "EUR"),
        ("миллиард долларов", 1e9, "USD"), ("пять процентов", 5, "%"), ("12 процентами", 12, "%"),
        ("0,5 п.п.", 0.5, "P"),
    ],
    "zh": [
        ("五十五亿美元", 5.5e9, "USD"), ("两亿美元", 2e8, "USD"), ("一万二千亿元", 1.2e12, "CNY"),
        ("投资50多亿元", 5e9, "CNY"), ("人民币30亿", 3e9, "CNY"), ("百分之十二", 12, "%"), ("百分之3.5", 3.5, "%"),
        ("50个基点", 0.5, "P"), ("半个百分点", 0.5, "P"), ("0.25个百分点", 0.25, "P"), ("１２％", 12, "%"),
        ("四分之一个百分点", 0.25, "P"), ("百分之零点五", 0.5, "%"), ("3000萬歐元", 3e7, "EUR"), ("近三成", 30, "%"),
    ],
    "ja": [
        ("1兆2,000億円", 1.2e12, "JPY"), ("１兆円", 1e12, "JPY"), ("3千億円", 3e11, "JPY"), ("2万5000円", 25e3, "JPY"),
        ("五百億円", 5e10, "JPY"), ("3500億ドル", 3.5e11, "USD"), ("5億ユーロ", 5e8, "EUR"), ("12.5％", 12.5, "%"),
        ("２割減", 20, "%"), ("0.25ポイント", 0.25, "P"), ("0.5%ポイント", 0.5, "P"), ("25ベーシスポイント", 0.25, "P"),
    ],
    "ko": [
        ("3조5000억원", 3.5e12, "KRW"), ("3조 5,000억 원", 3.5e12, "KRW"), ("5천억원", 5e11, "KRW"),
        ("5000여억 원", 5e11, "KRW"), ("5억달러를", 5e8, "USD"), ("0.25%포인트", 0.25, "P"), ("50bp", 0.5, "P"),
        ("십억 달러", 1e9, "USD"), ("반 포인트", 0.5, "P"), ("12퍼센트", 12, "%"),
    ],
    "ar": [
        ("٥٫٥ مليار دولار", 5.5e9, "USD"), ("١٬٢٥٠ مليون ريال", 1.25e9, "SAR"), ("ملياري دولار", 2e9, "USD"),
        ("ثلاثة مليارات دولار", 3e9, "USD"), ("نصف مليار درهم", 5e8, "AED"), ("مليار جنيه", 1e9, "EGP"),
        ("5 مليارات ريال قطري", 5e9, "QAR"), ("40 مليون دينار كويتي", 4e7, "KWD"), ("12 بالمئة", 12, "%"),
        ("12 في المئة", 12, "%"), ("٪12", 12, "%"), ("50 نقطة أساس", 0.5, "P"), ("نصف نقطة مئوية", 0.5, "P"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "text", "value", "unit"),
    [(language, *wording) for language, wordings in WORDINGS.items() for wording in wordings],
)
def test_the_press_of_each_language(language: str, text: str, value: float, unit: str) -> None:
    (amount,) = read_amounts("title", text, language)
    assert (amount.value, amount.currency or (amount.points and "P") or amount.unit) == (value, unit)
    assert text[amount.start : amount.end] == amount.text


@pytest.mark.parametrize(
    ("language", "text", "spelled"),
    [
        ("de", "Es geht um 2 bis 3 Milliarden Euro.", "2 bis 3 Milliarden Euro"),
        ("en", "It costs $2-3 billion", "$2-3 billion"),
        ("en", "a half-point cut", "a half-point"),
        ("zh", "上调百分之十二", "百分之十二"),
        ("ja", "売上高は1兆2000億円だった", "1兆2000億円"),
        ("tr", "Enflasyon yüzde 12 oldu", "yüzde 12"),
        ("pt", "Lucro de R$ 18 bi", "R$ 18 bi"),
    ],
)
def test_an_amount_is_the_whole_phrase(language: str, text: str, spelled: str) -> None:
    (amount,) = read_amounts("title", text, language)
    assert amount.text == spelled


def test_amounts_stand_in_the_order_of_the_text() -> None:
    text = "Sales rose 12% to $5.5bn, half a billion euros of it abroad, by 3 to 5 percent"
    read = [(amount.value, amount.currency) for amount in read_amounts("title", text, "en")]
    assert read == [(12, None), (5.5e9, "USD"), (5e8, "EUR"), (5, None)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        *(("en", text) for text in (
            "won 5 medals", "the 5 won", "5 try again", "H20 chips", "in 2024", "iPhone 15", "Top 10", "A380 jets",
            "9" * 400 + " dollars", "3-2 win", "call +1 212 555 0100", "12 May 2025", "on 12/05/2025", "at 12:30",
            "scored 28 points", "beat them by three points", "the third quarter points to growth", "5 European cities",
            "version 1.2.3", "10,000 people", "Dow falls 500 points", "300 million users", "2 billion pesos",
            "12th Street", "BA.2 and 5G", "CAD 2024", "50 pounds of rice", "Boeing 737 MAX",
        )),
        ("de", "am 3. März 2025"), ("de", "Platz 10"), ("de", "28 Punkte"), ("de", "ein Punkt"),
        ("fr", "le 5 mai"), ("fr", "3 points de suspension"), ("es", "2 billones de pesos"), ("es", "5 puntos"),
        ("it", "300 milioni"), ("it", "tre punti in classifica"), ("pt", "dois pontos"), ("nl", "5 punten"),
        ("pl", "trzy punkty"), ("sv", "12 punkter på dagordningen"), ("sv", "index föll 25 punkter"),
        ("tr", "5 yeni model"), ("tr", "3 puan aldı"), ("ru", "5 пунктов плана"), ("zh", "三元锂电池"),
        ("zh", "2024年5月3日"),
        ("zh", "3成员"), ("zh", "二〇二四年"), ("zh", "几十亿美元"), ("ja", "2024年5月3日"), ("ja", "500ポイント"),
        ("ja", "3割打者"), ("ko", "5원칙"), ("ko", "2024년 5월 3일"), ("ko", "수백억 원"), ("ar", "40 مليون دينار"),
        ("ar", "عام 2024"), ("ar", "خمسة وعشرين مليار دولار"), ("en", "%20 off"),
    ],
)  # fmt: skip
def test_other_numbers_are_none(language: str, text: str) -> None:
    assert read_amounts("title", text, language) == []


def test_a_table_is_not_read_to_its_end() -> None:
    assert len(read_amounts("content", "$5 " * 1000, "en")) == MOST


@pytest.mark.parametrize(
    "piece", ["1 ", "1,", "1,22,", "5-6 ", "1万", "一万", "1조 ", "point ", "مليار ", "half a ", "9", "$"]
)
def test_long_tables_end(piece: str) -> None:
    for language in ("en", "zh", "ko", "ar"):
        assert len(read_amounts("content", piece * (8_000 // len(piece)), language)) <= MOST


ALPHABET = "0123456789.,' $€%亿兆万억조五十半¥٥٫½İKſbnmilardopuyüzde -점个百分之مليار"


@given(st.text(alphabet=ALPHABET, max_size=60), st.sampled_from([None, *WORDINGS]))
def test_any_text_gives_finite_amounts_that_stand_in_it(text: str, language: str | None) -> None:
    end = 0
    for amount in read_amounts("title", text, language):
        assert text[amount.start : amount.end] == amount.text
        assert amount.start >= end
        assert 0 <= amount.value < 1e40
        end = amount.end
