"""Words for money and shares of it, in the languages of the press. In small letters; see ``vocabulary.spelled``."""

from typing import Final, Literal, NamedTuple

Kind = Literal["money", "percent", "points", "basis points", "bare points"]


class Unit(NamedTuple):
    """What a number counts. ``currency`` is an ISO 4217 code, or a key of LOCAL; ``scale`` multiplies the number.

    ``cautious`` marks words that are other words too ("5 won"): they count after a scale, or in capitals.
    ``code`` marks ISO codes, which count in capitals only: "try" is no lira. With ``language`` set, the word counts in
    that language only.
    """

    kind: Kind
    currency: str = ""
    scale: float = 1.0
    cautious: bool = False
    code: bool = False
    language: str | None = None


# languages that write 1.234,5 or 1 234,5
DECIMAL_COMMA: Final = frozenset(
    "de fr es it pt nl pl sv da no fi tr ru uk cs sk hu ro bg el hr sr sl id vi ca".split()  # noqa: SIM905
)

_CURRENCIES: Final[dict[str, str]] = {
    "USD": "$ ＄ us$ u.s.$ dollar* us_dollar* u.s._dollar* american_dollar* amerikan_dolar* dollar*_américain* dólar*"
    " dolar* dollari* dollaro* доллар* американских_доллар* 美元 美金 米ドル ドル 미국달러 미달러 달러"
    " دولار* الدولار دولار*_أمريكي* دولار*_أميركي*",
    "EUR": "€ euro euros euroa euron euroluk eurostückig avro* евро 欧元 歐元 ユーロ 유로 يورو",
    "GBP": "£ pound*_sterling british_pound* sterling pfund pfund_sterling britische_pfund livre*_sterling"
    " libra*_esterlina* sterlin* sterline funt*_szterling* funtów brittiska_pund фунт*_стерлинг* фунт* 英镑 英鎊 ポンド"
    " 파운드 جنيه*_إسترليني* جنيه*_استرليني*",
    "CNY": "yuan* renminbi юан* 元!旦首月年素件老 元人民币 人民币 人民幣 人民元 위안 يوان*",
    "JPY": "yen yens yenlik jen jenów jeny иен* йен* 日元 日圓 日币 円 엔!진 ين",
    "CHF": "sfr sfr. schweizer_franken franken swiss_franc* franc*_suisse* franco*_suizo* franchi_svizzeri"
    " franco*_suíço* zwitserse_frank frank*_szwajcarsk* schweiziska_franc i̇sviçre_frangı isviçre_frangı"
    " швейцарских_франк* 瑞士法郎 瑞郎 スイスフラン 스위스프랑 فرنك*_سويسري*",
    "KRW": "₩ wonów вон 韩元 韓元 ウォン 원!칙인격장정년유 وون",
    "INR": "₹ rs. rupee* rupien indische_rupien rupias roupie* rupie рупи* 卢比 盧比 ルピー 루피 روبية",
    "RUB": "₽ ruble* rubel* rouble* rublo* rubli roebel* rubli руб. руб рубл* 卢布 盧布 ルーブル 루블 روبل*",
    "HKD": "hk$ hong_kong_dollar* hongkong_dollar* 港元 港币 港幣 香港ドル 홍콩달러",
    "TWD": "nt$ taiwan_dollar* new_taiwan_dollar* 新台币 新臺幣 新台幣 台币 台幣 台湾ドル 대만달러",
    "CAD": "c$ ca$ canadian_dollar* kanadische_dollar* kanadische*_dollar* dollar*_canadien* dólar*_canadiense*"
    " 加元 カナダドル 캐나다달러 دولار*_كندي*",
    "AUD": "a$ au$ australian_dollar* australische*_dollar* dollar*_australien* dólar*_australian* 澳元 豪ドル 호주달러"
    " دولار*_أسترالي*",
    "NZD": "nz$ new_zealand_dollar* 新西兰元 ニュージーランドドル",
    "SGD": "s$ singapore_dollar* singapur_dollar* 新加坡元 新元 シンガポールドル 싱가포르달러",
    "BRL": "r$ brazilian_real brazilian_reais reais reales_brasileños réis 雷亚尔 ブラジルレアル 헤알",
    "SEK": "kronor svenska_kronor swedish_kron* schwedische_kronen schwedische*_kronen couronnes_suédoises"
    " koron_szwedzkich шведских_крон",
    "NOK": "norwegian_kron* norska_kronor norwegische*_kronen couronnes_norvégiennes norske_kroner koron_norweskich",
    "DKK": "danish_kron* danska_kronor dänische*_kronen couronnes_danoises danske_kroner koron_duńskich",
    "PLN": "zł złot* zloty* polnische_zloty злотых 兹罗提 ズウォティ",
    "TRY": "₺ türk_lirası turkish_lira* türkische_lira livre*_turque* турецких_лир 土耳其里拉 トルコリラ ليرة_تركية",
    "SAR": "saudi_riyal* riyal* ريال* ريال*_سعودي* 沙特里亚尔 サウジリヤル",
    "AED": "dirham* uae_dirham* emirati_dirham* درهم* دراهم درهم*_إماراتي* дирхам* 迪拉姆 ディルハム 디르함",
    "EGP": "e£ egyptian_pound* livre*_égyptienne* ägyptische_pfund جنيه* جنيه*_مصري* 埃及镑 エジプトポンド",
    "QAR": "qatari_riyal* ريال*_قطري* 卡塔尔里亚尔",
    "OMR": "omani_rial* ريال*_عماني*",
    "KWD": "kuwaiti_dinar* دينار*_كويتي* دنانير_كويتية 科威特第纳尔",
    "BHD": "bahraini_dinar* دينار*_بحريني*",
    "JOD": "jordanian_dinar* دينار*_أردني*",
    "MAD": "moroccan_dirham* درهم*_مغربي*",
    "MXN": "mx$ mex$ mexican_peso* peso*_mexicano* mexikanische_pesos 墨西哥比索 メキシコペソ",
    "ARS": "argentine_peso* argentinian_peso* peso*_argentino* argentinische_pesos 阿根廷比索",
    "CLP": "clp$ chilean_peso* peso*_chileno* chilenische_pesos 智利比索",
    "COP": "cop$ colombian_peso* peso*_colombiano*",
    "PHP": "₱ philippine_peso* 菲律宾比索",
    "ILS": "₪ shekel* schekel sheqel* 谢克尔 شيكل",
    "ZAR": "südafrikanische_rand south_african_rand 兰特",
    "THB": "฿ baht 泰铢 バーツ 바트",
    "MYR": "ringgit 令吉 リンギット",
    "IDR": "rupiah 印尼盾 ルピア 루피아",
    "VND": "₫ 越南盾",
    "CZK": "kč korun czech_crown* czech_koruna* tschechische_kronen",
    "HUF": "forint*",
    "UAH": "₴ hryvn* грив* грн грн.",
    "KZT": "₸ tenge тенге",
    "NGN": "₦ naira",
    "local kr": "kr kr. kroner",
    "local ¥": "¥ ￥",
}  # fmt: skip

_CAUTIOUS: Final[dict[str, str]] = {
    "GBP": "pound pounds punds pond livres libras",
    "KRW": "won",
    "BRL": "real レアル",
    "INR": "rs",
    "TRY": "lira liralık lirası lirayı liraya tl",
    "ZAR": "rand",
    "RON": "lei",
}

LOCAL: Final[dict[tuple[str, str | None], str]] = {
    ("local kr", "sv"): "SEK", ("local kr", "no"): "NOK", ("local kr", "da"): "DKK", ("local ¥", "zh"): "CNY",
}  # fmt: skip
"""Currencies by the language of the text, for names that several countries share. Pesos and dinars of unknown country
are not read at all."""

UNKNOWN: Final = {"local kr": None, "local ¥": "JPY"}
"""The same in all other languages; None leaves the sum unread."""

AT_HOME: Final = frozenset({("TRY", "tr")})
"""Cautious words that need no caution in this language."""

_CODES: Final = (  # noqa: SIM905
    "USD EUR GBP CNY RMB JPY CHF KRW INR RUB HKD TWD CAD AUD NZD SGD BRL SEK NOK DKK PLN TRY SAR AED EGP QAR OMR KWD"
    " BHD JOD MAD MXN ARS CLP COP PHP ILS ZAR THB MYR IDR VND CZK HUF UAH KZT NGN RON"
).split()
_SAME: Final = {"RMB": "CNY"}

_KRONOR: Final = {
    "tkr": 1e3, "mkr": 1e6, "mnkr": 1e6, "mn_kr": 1e6, "mdkr": 1e9, "mdrkr": 1e9, "mdr_kr": 1e9, "mdkr.": 1e9,
}  # fmt: skip

_PERCENT: Final = (
    "% ％ ٪ percent per_cent pct prozent* pour_cent pour_100 por_ciento por_cento per_cento procent* proc proc."
    " процент* パーセント 퍼센트 بالمئة بالمائة بالمية في_المئة في_المائة فى_المئة فى_المائة"
)
_TENTHS: Final = {"ja": "割!打", "zh": "成!为立功本员員分都绩績熟長长果就品交人年型色份"}
_POINTS: Final = (
    "percentage_point* percent_point* per_cent_point* pct_point* %_point* prozentpunkt* %_punkt* point*_de_pourcentage"
    " point*_de_pour_cent punto*_porcentual* punti_percentuali punto_percentuale ponto*_percentua* ponto*_porcentua*"
    " procentpunt* procentenhet* punkt*_procentow* p.p. pp yüzde_puan* yüzdelik_puan* процентн*_пункт* п.п."
    " процентн*_пп 个百分点 個百分點 百分点 百分點 %ポイント ％ポイント パーセントポイント"
    " %포인트 ％포인트 퍼센트포인트"
    " %p ％p %_포인트 نقطة_مئوية نقاط_مئوية نقطة_مائوية"
)
_BASIS: Final = (
    "basis_point* bps bp basispunkt* basispunt* point*_de_base punto*_básico* punto*_basico* punti_base punto_base"
    " ponto*_base ponto*_básico* punkt*_bazow* räntepunkt* baspunkt* baz_puan* базисн*_пункт* б.п. 个基点 個基點 基点"
    " 基點 ベーシスポイント ベーシス・ポイント bp 베이시스포인트 نقطة_أساس نقاط_أساس"
)
BARE_POINTS: Final = (
    "point points punkt punkte punkten punt punten punto puntos punti ponto pontos punkt punktu punkty punktów punkter"
    " puan puanlık пункт пункта пунктов ポイント 포인트 نقطة نقاط"
)


RATE_WORDS: Final = (
    r"\brates?\b|\byields?\b|interest|inflation|zins|taux|\btipos?\b|\btasas?\b|tass[io]|juros|selic|\brent|stóp|stop[ay]"
    "|ränt|faiz|ставк|利率|利息|金利|금리|فائدة"
)
"""What stands near points that are percentage points; an expression."""


def _units() -> dict[str, Unit]:
    words: dict[str, Unit] = {}
    for kind, listed in (("bare points", BARE_POINTS), ("percent", _PERCENT)):
        words |= {word: Unit(kind) for word in listed.split()}  # type: ignore[arg-type]
    words |= {word: Unit("percent", scale=10.0, language=language) for language, word in _TENTHS.items()}
    words |= {word: Unit("points") for word in _POINTS.split()}
    words |= {word: Unit("basis points", scale=0.01) for word in _BASIS.split()}
    words |= {code.lower(): Unit("money", _SAME.get(code, code), code=True) for code in _CODES}
    words |= {word: Unit("money", code) for code, listed in _CURRENCIES.items() for word in listed.split()}
    words |= {word: Unit("money", code, cautious=True) for code, listed in _CAUTIOUS.items() for word in listed.split()}
    words |= {word: Unit("money", "SEK", scale=scale) for word, scale in _KRONOR.items()}
    return words


UNITS: Final = _units()

_SIGNS: Final = frozenset("$€£¥￥＄₩₹₽₺₱₪฿₫₴₸₦")

PREFIXES: Final = {
    word: unit
    for word, unit in UNITS.items()
    if unit.kind == "money" and (unit.code or (unit.scale == 1.0 and not _SIGNS.isdisjoint(word)))
} | {"rs": UNITS["rs"], "rs.": UNITS["rs."], "人民币": UNITS["人民币"]}
"""Units that stand before the number."""

PERCENT_BEFORE: Final = {"tr": ("yüzde", "%"), "zh": ("百分之",), "ar": ("%", "٪"), "ja": ("百分之",)}
"""Words for percent that stand before the number, by language."""

ROUGHLY: Final = {
    "USD": 1.0, "EUR": 1.1, "GBP": 1.3, "CHF": 1.1, "CNY": 0.14, "JPY": 0.007, "KRW": 0.0007, "INR": 0.012,
    "RUB": 0.012, "HKD": 0.13, "TWD": 0.03, "CAD": 0.7, "AUD": 0.65, "NZD": 0.6, "SGD": 0.75, "BRL": 0.2, "SEK": 0.1,
    "NOK": 0.1, "DKK": 0.15, "PLN": 0.25, "TRY": 0.03, "SAR": 0.27, "AED": 0.27, "EGP": 0.02, "QAR": 0.27, "OMR": 2.6,
    "KWD": 3.3, "BHD": 2.7, "JOD": 1.4, "MAD": 0.1, "MXN": 0.05, "ARS": 0.001, "CLP": 0.001, "COP": 0.00025,
    "PHP": 0.017, "ILS": 0.27, "ZAR": 0.055, "THB": 0.03, "MYR": 0.23, "IDR": 0.00006, "VND": 0.00004, "CZK": 0.045,
    "HUF": 0.0028, "UAH": 0.024, "KZT": 0.002, "NGN": 0.0007, "RON": 0.22,
}  # fmt: skip
"""US dollars for one of each, to the order of magnitude."""
