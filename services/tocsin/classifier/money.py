"""Words for money and shares of it, in the languages of the press."""

from typing import Final

# languages that write 1.234,5 or 1 234,5
DECIMAL_COMMA: Final = frozenset(
    "de fr es it pt nl pl sv da no fi tr ru uk cs sk hu ro bg el hr sr sl id vi ca".split()  # noqa: SIM905
)
# languages in which "billion" is a million millions
LONG_SCALE: Final = frozenset({"de", "fr", "es", "it", "nl", "pl", "sv", "da", "no", "fi", "cs", "hu", "hr", "sl"})

_WORDS: Final[dict[float, str]] = {
    1e3: "thousand tausend tsd tsd. mille mil mila tys tys. тыс тыс. bin k",
    1e6: "million millions mln mln. mn mio mio. millionen"
    " millionen millón millones milioni milione milhão milhões miljoen miljoner"
    " milionów miliony milion milyon млн млн. миллион миллиона миллионов m",
    1e9: "billion billions bln bn milliarde milliarden mrd mrd. milliard milliards md mds miliardi miliardo mld mld."
    " bilhão bilhões bi miljard miljarder miliard miliardy miliardów milyar млрд млрд. миллиард миллиарда миллиардов b",
    1e12: "trillion trillions trn tn billionen bio bio. billón billones bilioni biljoen biljoner bilion"
    " bilionów trilyon trilhão trilhões трлн трлн. триллион триллиона триллионов",
}
_PHRASES: Final = {"mil millones": 1e9, "mil milhões": 1e9, "mille milliards": 1e12, "mille miliardi": 1e12}
_HAN: Final = {
    "万亿": 1e12, "萬億": 1e12, "千亿": 1e11, "千億": 1e11, "百亿": 1e10, "百億": 1e10, "十亿": 1e9, "十億": 1e9,
    "亿": 1e8, "億": 1e8, "千万": 1e7, "千萬": 1e7, "百万": 1e6, "百萬": 1e6, "万": 1e4, "萬": 1e4, "兆": 1e12,
    "조": 1e12, "억": 1e8, "만": 1e4,
}  # fmt: skip
SCALES: Final = {word: scale for scale, words in _WORDS.items() for word in words.split()} | _PHRASES | _HAN

CURRENCIES: Final[dict[str, str]] = {
    "USD": "$ us$ usd dollar dollars us-dollar us-dollars us-dollarn dollari dollaro dólar dólares dólars dolar dolarów"
    " dolares доллар доллара долларов 美元 美金 米ドル ドル 달러 دولار",
    "EUR": "€ eur euro euros euroa euron евро 欧元 歐元 ユーロ 유로",
    "GBP": "£ gbp pound pounds sterling pfund livres libras sterline фунтов 英镑 英鎊 ポンド 파운드",
    "CNY": "cny rmb yuan renminbi юаней 元 人民币 人民幣 人民元 위안",
    "JPY": "¥ jpy yen иен 日元 日圓 円 엔",
    "CHF": "chf sfr franken sfr. 瑞士法郎",
    "KRW": "₩ krw won 韩元 韓元 ウォン 원",
    "INR": "₹ inr rs rs. rupee rupees rupien rupias 卢比 ルピー 루피",
    "RUB": "₽ rub ruble rubles rubel рубль рубля рублей руб руб. 卢布",
    "HKD": "hk$ hkd 港元 港币",
    "TWD": "nt$ twd 新台币 新臺幣 台币",
    "CAD": "c$ ca$ cad",
    "AUD": "a$ au$ aud",
    "BRL": "r$ brl real reais",
    "SEK": "sek kronor",
    "NOK": "nok",
    "DKK": "dkk",
    "PLN": "pln zł złotych zloty",
    "TRY": "₺ try tl lira",
}
POINTS: Final = (
    "basis points",
    "basis point",
    "bps",
    "bp",
    "basispunkte",
    "basispunkten",
    "points de base",
    "个基点",
    "基点",
)

UNITS: Final = {word: code for code, words in CURRENCIES.items() for word in words.split()}
PERCENTS: Final = frozenset(
    ["%", "％", "percent", "per cent", "pct", "prozent", "pour cent", "por ciento", "por cento", "per cento", "procent",
     "процент", "процента", "процентов", "パーセント", "퍼센트"]
)  # fmt: skip


ROUGHLY: Final = {
    "USD": 1.0, "EUR": 1.1, "GBP": 1.3, "CHF": 1.1, "CNY": 0.14, "JPY": 0.007, "KRW": 0.0007, "INR": 0.012,
    "RUB": 0.012, "HKD": 0.13, "TWD": 0.03, "CAD": 0.7, "AUD": 0.65, "BRL": 0.2, "SEK": 0.1, "NOK": 0.1, "DKK": 0.15,
    "PLN": 0.25, "TRY": 0.03,
}  # fmt: skip

CODES: Final = frozenset(code.casefold() for code in CURRENCIES if code.casefold() in UNITS)
"""ISO 4217 codes. They count in capitals only: "try" is no lira."""

PREFIXES: Final = [word for word in UNITS if word in CODES or not word.isalpha()]
"""Units that may stand before the number: codes and symbols."""

HOMONYMS: Final = frozenset({"won", "real", "rs", "lira", "pound", "pounds", "tl"})
"""Units that are other words too: they count after a scale ("5 billion won")."""
