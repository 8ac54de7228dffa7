"""Words for thousands, millions and more. In small letters; see ``vocabulary.spelled``."""

from typing import Final, NamedTuple


class Scale(NamedTuple):
    """What a word multiplies a number by, and where the scale is long. ``han``: more may follow, as in 1兆2000億."""

    factor: float
    long: float
    han: bool = False


# languages in which "billion" is a million millions
LONG_SCALE: Final = frozenset({"de", "fr", "es", "it", "nl", "pl", "sv", "da", "no", "fi", "cs", "hu", "hr", "sl"})
_WORDS: Final[dict[float, str]] = {
    1e3: "thousand tausend tsd tsd. mille mila mil tys tys. tysięcy tysiące tysiąc tusen duizend bin тыс тыс. тысяч*"
    " k ألف آلاف الف",
    1e5: "lakh lakhs",
    1e6: "million millions mln mln. mn mio mio. millionen millón millones milioni milione milhão milhões mi"
    " miljoen miljoner miljon milionów miliony milion milyon* млн млн. миллион* m mm mill. مليون مليونا ملايين",
    1e7: "crore crores cr",
    1e9: "billions bln bn milliarde milliarden mrd mrd. milliard milliards milliarder md mds mdr mia mia. miliardi"
    " miliardo mld mld. mlrd bilhão bilhões bi miljard miljarder miliard miliardy miliardów miliarda milyar* млрд млрд."
    " миллиард* b mil_millones mil_milhões millardos مليار مليارات مليارا بليون بلايين",
    1e12: "trillion trillions trn tn t billionen bio bio. billón billones bilione bilioni bilião biliões biljoen"
    " biljoner biljon bilion bilionów biliony trilyon* trilhão trilhões tri трлн трлн. триллион*"
    " mille_milliards mille_miliardi mila_miliardi tusen_miljarder duizend_miljard lakh_crore"
    " تريليون تريليونات ترليون",
    1e15: "quadrillion",
}
_HAN: Final = {
    "万亿": 1e12, "萬億": 1e12, "万億": 1e12, "兆": 1e12, "조": 1e12, "千亿": 1e11, "千億": 1e11, "천억": 1e11,
    "百亿": 1e10, "百億": 1e10, "백억": 1e10, "十亿": 1e9, "十億": 1e9, "십억": 1e9, "亿": 1e8, "億": 1e8, "억": 1e8,
    "千万": 1e7, "千萬": 1e7, "천만": 1e7, "百万": 1e6, "百萬": 1e6, "백만": 1e6, "万": 1e4, "萬": 1e4, "만": 1e4,
    "千": 1e3, "천": 1e3,
}  # fmt: skip

SCALES: Final = (
    {word: Scale(factor, factor) for factor, words in _WORDS.items() for word in words.split()}
    | {word: Scale(factor, factor, han=True) for word, factor in _HAN.items()}
    | {"billion": Scale(1e9, 1e12)}
)
AND_A_HALF: Final = "et_demi et_demie y_medio y_media e_mezzo e_mezza e_meio e_meia и_половиной ونصف"
"""What adds half of the scale after it."""
