"""Words for numbers, in the languages of the press. In small letters; ``_`` stands for a space or hyphen."""

from typing import Final

# by language: the words for ½ ¼ ¾ 1½, for 1 to 12, and some larger ones; "_" is a space or hyphen
FRACTIONS: Final[dict[str, dict[float, str]]] = {
    "en": {0.5: "half a_half half_a one_half", 0.25: "quarter a_quarter one_quarter",
           0.75: "three_quarters three_quarter", 1.5: "one_and_a_half", 2.5: "two_and_a_half", 3.5: "three_and_a_half"},
    "de": {0.5: "halb halbe halben halber halbes halbem einen_halben einem_halben ein_halber ein_halbes eine_halbe"
           " einer_halben", 0.25: "viertel einen_viertel einem_viertel ein_viertel", 0.75: "dreiviertel drei_viertel",
           1.5: "anderthalb eineinhalb", 2.5: "zweieinhalb", 3.5: "dreieinhalb", 4.5: "viereinhalb"},
    "fr": {0.5: "demi un_demi demie une_demie", 0.25: "quart un_quart", 0.75: "trois_quarts"},
    "es": {0.5: "medio media", 0.25: "un_cuarto cuarto", 0.75: "tres_cuartos"},
    "it": {0.5: "mezzo mezza", 0.25: "un_quarto quarto", 0.75: "tre_quarti"},
    "pt": {0.5: "meio meia", 0.25: "um_quarto", 0.75: "três_quartos"},
    "nl": {0.5: "half een_half halve een_halve", 0.25: "kwart een_kwart", 0.75: "driekwart", 1.5: "anderhalf",
           2.5: "tweeënhalf tweeënhalve tweeëneenhalf", 3.5: "drieënhalf"},
    "pl": {0.5: "pół połowa połowę połowy", 0.25: "ćwierć", 0.75: "trzy_czwarte", 1.5: "półtora półtorej"},
    "sv": {0.5: "halv en_halv halva ett_halvt", 0.25: "kvart en_kvarts en_kvart kvarts en_fjärdedels",
           0.75: "tre_fjärdedels", 1.5: "en_och_en_halv", 2.5: "två_och_en_halv"},
    "tr": {0.5: "yarım", 0.25: "çeyrek", 1.5: "bir_buçuk", 2.5: "iki_buçuk", 3.5: "üç_buçuk", 4.5: "dört_buçuk"},
    "ru": {0.5: "пол половина половину половины полу", 0.25: "четверть четверти", 0.75: "три_четверти",
           1.5: "полтора полторы полутора"},
    "zh": {0.5: "半 半个 半個", 0.25: "四分之一 四分之一个", 0.75: "四分之三 四分之三个"},
    "ja": {0.5: "半", 0.25: "4分の1 四分の一", 0.75: "4分の3 四分の三"},
    "ko": {0.5: "반 절반", 0.25: "4분의_1", 0.75: "4분의_3"},
    "ar": {0.5: "نصف", 0.25: "ربع", 0.75: "ثلاثة_أرباع"},
}  # fmt: skip
UP_TO_TWELVE: Final[dict[str, str]] = {
    "en": "one/a/an/a_full two three four five six seven eight nine ten eleven twelve",
    "de": "eine/einer/einen/einem/ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "fr": "un/une deux trois quatre cinq six sept huit neuf dix onze douze",
    "es": "un/uno/una dos tres cuatro cinco seis siete ocho nueve diez once doce",
    "it": "un/uno/una due tre quattro cinque sei sette otto nove dieci undici dodici",
    "pt": "um/uma dois/duas três quatro cinco seis sete oito nove dez onze doze",
    "nl": "een/één twee drie vier vijf zes zeven acht negen tien elf twaalf",
    "pl": "jeden/jednego/jedną/jednej/jedna dwa/dwóch/dwie/dwu trzy/trzech cztery/czterech pięć/pięciu sześć/sześciu"
    " siedem/siedmiu osiem/ośmiu dziewięć/dziewięciu dziesięć/dziesięciu jedenaście/jedenastu dwanaście/dwunastu",
    "sv": "en/ett två tre fyra fem sex sju åtta nio tio elva tolv",
    "tr": "bir iki üç dört beş altı yedi sekiz dokuz on on_bir on_iki",
    "ru": "один/одного/одну/одной/одна два/двух/две/двумя три/трех/трёх/тремя четыре/четырех/четырёх пять/пяти/пятью"
    " шесть/шести семь/семи восемь/восьми девять/девяти десять/десяти одиннадцать/одиннадцати двенадцать/двенадцати",
    "zh": "一个/一個 两个/兩個 三个/三個",
    "ar": "واحد/واحدة اثنين/اثنان ثلاثة/ثلاث أربعة/أربع خمسة/خمس ستة/ست سبعة/سبع ثمانية/ثماني/ثمان تسعة/تسع عشرة/عشر",
}
LARGER: Final[dict[str, dict[float, str]]] = {
    "en": {15: "fifteen", 20: "twenty", 25: "twenty_five", 30: "thirty", 40: "forty", 50: "fifty", 75: "seventy_five",
           100: "hundred a_hundred one_hundred"},
    "de": {15: "fünfzehn", 20: "zwanzig", 25: "fünfundzwanzig", 30: "dreißig", 40: "vierzig", 50: "fünfzig",
           75: "fünfundsiebzig", 100: "hundert einhundert"},
    "fr": {15: "quinze", 20: "vingt", 25: "vingt_cinq", 30: "trente", 40: "quarante", 50: "cinquante",
           75: "soixante_quinze", 100: "cent"},
    "es": {15: "quince", 20: "veinte", 25: "veinticinco", 30: "treinta", 40: "cuarenta", 50: "cincuenta",
           75: "setenta_y_cinco", 100: "cien"},
    "it": {15: "quindici", 20: "venti", 25: "venticinque", 30: "trenta", 40: "quaranta", 50: "cinquanta",
           75: "settantacinque", 100: "cento"},
    "pt": {15: "quinze", 20: "vinte", 25: "vinte_e_cinco", 30: "trinta", 40: "quarenta", 50: "cinquenta",
           75: "setenta_e_cinco", 100: "cem"},
    "nl": {15: "vijftien", 20: "twintig", 25: "vijfentwintig", 30: "dertig", 40: "veertig", 50: "vijftig",
           75: "vijfenzeventig", 100: "honderd"},
    "pl": {20: "dwadzieścia", 25: "dwadzieścia_pięć", 30: "trzydzieści", 50: "pięćdziesiąt", 100: "sto"},
    "sv": {15: "femton", 20: "tjugo", 25: "tjugofem", 30: "trettio", 40: "fyrtio", 50: "femtio", 75: "sjuttiofem",
           100: "hundra"},
    "tr": {20: "yirmi", 25: "yirmi_beş", 30: "otuz", 40: "kırk", 50: "elli", 75: "yetmiş_beş", 100: "yüz"},
    "ru": {20: "двадцать", 25: "двадцать_пять", 30: "тридцать", 50: "пятьдесят", 100: "сто"},
    "ar": {20: "عشرين عشرون", 30: "ثلاثين ثلاثون", 40: "أربعين أربعون", 50: "خمسين خمسون", 100: "مئة مائة"},
}  # fmt: skip

STEMS: Final[dict[str, tuple[str, ...]]] = {
    language: tuple(stems.replace("_", " ") for stems in listed.split())
    for language, listed in {
        "en": "million billion trillion point percent per_cent basis crore lakh",
        "de": "milliarde million billion punkt prozent basispunkt",
        "fr": "milli billion point pour_cent",
        "es": "millon millón mil_millones billon billón punto por_ciento",
        "it": "milion miliard mila_miliard punt per_cento",
        "pt": "milh mil_milh bilh trilh ponto por_cento",
        "nl": "miljoen miljard biljoen procent punt basispunt",
        "pl": "milion miliard mln mld bilion punkt procent proc.",
        "sv": "miljon miljard biljon procent punkt räntepunkt",
        "tr": "milyon milyar trilyon puan baz_puan yüzde_puan",
        "ru": "миллиард миллион триллион млрд млн пункт процент базисн",
        "zh": "百分点 百分點 基点 基點",
        "ja": "ポイント %ポイント ％ポイント",
        "ko": "포인트 %포인트 퍼센트 %p",
        "ar": "مليار مليون تريليون ملايين نقطة نقاط بالم في_الم",
    }.items()
}
"""How the words begin before which numbers are written as words."""

# Arabic has its own form for two of a thing, and like Russian and Polish leaves out the one
BARE: Final[dict[str, dict[str, float]]] = {
    "ar": {"مليار": 1e9, "مليون": 1e6, "تريليون": 1e12, "ملياري": 2e9, "مليارا": 2e9, "مليارين": 2e9, "مليوني": 2e6,
           "مليونا": 2e6, "مليونين": 2e6, "تريليوني": 2e12},
    "ru": {"миллиард": 1e9, "миллион": 1e6, "триллион": 1e12},
    "pl": {"miliard": 1e9, "milion": 1e6, "bilion": 1e12},
}  # fmt: skip
"""Scales that stand for a sum without a number before them."""

PERCENT: Final = {"tr": "yüzde "}
"""What stands before a percentage written in words, by language."""
