"""Which encoding unlabelled bytes are in: each candidate is tried, and the text judged by how its script is used."""

import re
from typing import Final

_SAMPLE: Final = 3_000
"""Bytes looked at, from all over the document."""
_STRETCH: Final = re.compile(rb"[\x00-\x7f]?[\x80-\xff][\x09\x20-\x3b\x3d-\xff]{0,2000}")
"""A byte outside ASCII with what follows on it in the same text, and the one before."""
_ENOUGH: Final = 0.35
"""Points per character from which a guess is believed."""
_MARGIN: Final = 0.2
"""Points by which a guess must beat the label it is to replace."""
_EVIDENCE: Final = 12
"""Bytes outside ASCII without which no label is doubted."""
_HINT: Final = 0.15
"""Points for the encoding that the document's language was usually written in."""

_HANS: Final = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所"
    "民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日"
    "那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想"
    "已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指"
    "几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权"
    "收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集"
    "税贸易价股市券银监局院布告新闻讯称公司"
)
_HANT: Final = frozenset(
    "的一是在不了有和人這中大為上個國我以要他時來用們生到作地於出就分對成會可主發年動同工也能下過子說產種面而方後多定行學法所"
    "民得經十三之進著等部度家電力裡如水化高自二理起小物現實加量都兩體制機當使點從業本去把性好應開它合還因由其些然前外天政四日"
    "那社義事平形相全表間樣與關各重新線內數正心反你明看原又麼利比或但質氣第向道命此變條只沒結解問意建月公無系軍很情者最立代想"
    "已通並提直題黨程展五果料象員革位入常文總次品式活設及管特件長求老頭基資邊流路級少圖山統接知較將組見計別她手角期根論運農指"
    "幾九區強放決西被幹做必戰先回則任取據處隊南給色光門即保治北造百規熱領七海口東導器壓志世金增爭濟階油思術極交受聯什認六共權"
    "收證改清己美再採轉更單風切打白教速花帶安場身車例真務具萬每目至達走積示議聲報鬥完類八離華名確才科張信馬節話米整空元況今集"
    "稅貿易價股市券銀監局院布告聞訊稱司灣"
)
_KANJI: Final = frozenset(
    "日一国会人年大十二本中長出三同時政事自行社見月分議後前民生連五発間対上部東者党地合市業内相方四定今回新場金員九入選立開手米"
    "力学問高代明実円関決子動京全目表戦経通外最言氏現理調体化田当八六約主題下首意法不来作性的要用制治度務強気小七成期公野協取都"
    "和統以機平総加山思家話世受区領多県続進正安設保改数記院女初北午指権心界支第産結百派点教報済書府活原先共得解名交資予川向際査"
    "勝面委告軍文反元重近千考判認画海参売利組知案道信策集在件団別物側任引使求所次水半品昨論計死官増係感特情投示変打男基私各始島"
    "直両朝革価式確村提運終挙果西勢減台広容必応演電歳住争談能無再位置企真流格有疑口過局少放税検藤町常校料沢裁状工建語球営空職証"
)
_HANGUL: Final = frozenset(
    "이다의는을가에한하고지로도사기서리어자인시해대스부수국정은를과와나아그으니들있것여보공제일전구주상장원조만성라었습게신경안업"
    "등년월세관동선미중오개회비유치당무청위물용발금산면되될된적통연속북남반소식합학방계진출입금융증권은행정책규제결재"
)
_CYRILLIC: Final = frozenset("оеаинтсрвлкмдпуіјя")
_GREEK: Final = frozenset("αοιετσνηυρπκμλςωδγχθφβξζψάέήίόύώ")
_HEBREW: Final = frozenset("אבגדהוזחטיכךלמםנןסעפףצץקרשת")
_ARABIC: Final = frozenset("المنويرتبهدسعفكةأ")
_THAI: Final = frozenset("กขคงจชดตทนบปผพมยรลวสหอะาเแโใไัิีุู่้์ำ")
_WEST: Final = frozenset("äöüßéèàçñáíóúâêîôûãõåæøëïœÄÖÜÉÀÇÑÅØÓÁÍÚ–—’‘“”„«»€£§°·…®©™¡¿ºª½\xa0")
_EAST: Final = frozenset("ąćęłńóśźżáčďéěíňřšťúůýžőűäöüăâîşţđĄĆĘŁŚŹŻČĎĚŇŘŠŤŮŽŐÁÉÍÓÚ–—’“”„«»§°…\xa0")
_TURK: Final = frozenset("ğışçöüâîûİĞŞÇÖÜ–—’“”„«»€\xa0")
_BALTIC: Final = frozenset("āčēģīķļņšūžąęėįųāõäöüĀČĒĢĪĶĻŅŠŪŽ–—’“”„«»€\xa0")
_PUNCTUATION: Final = frozenset("、。，．・：；？！「」『』（）【】《》“”‘’—…　％～〜")

_CANDIDATES: Final = (
    # encoding, characters its texts are full of
    ("cp932", _KANJI), ("euc_jp", _KANJI), ("gb18030", _HANS), ("big5hkscs", _HANT), ("cp949", _HANGUL),
    ("cp1251", _CYRILLIC), ("koi8_u", _CYRILLIC), ("iso8859-5", _CYRILLIC), ("cp866", _CYRILLIC),
    ("cp1253", _GREEK), ("cp1255", _HEBREW), ("cp1256", _ARABIC), ("cp874", _THAI),
    ("cp1252", _WEST), ("cp1250", _EAST), ("iso8859-2", _EAST), ("cp1254", _TURK), ("cp1257", _BALTIC),
)  # fmt: skip
_HEBREW_ENDS: Final = frozenset("ךםןףץ")
_JAPANESE: Final = frozenset({"cp932", "euc_jp"})
_LATIN: Final = frozenset({"cp1252", "cp1250", "iso8859-2", "cp1254", "cp1257"})
_EAST_ASIAN: Final = frozenset({"cp932", "euc_jp", "gb18030", "big5hkscs", "cp949"})
_OUTSIDE_ASCII: Final = re.compile(r"[^\x00-\x7f]+")
_PREFERENCE: Final = {"cp1252": 0.04, "cp1250": 0.02, "cp1251": 0.02, "iso8859-2": 0.01, "cp874": -0.1, "cp1256": -0.05,
                      "cp866": -0.02, "iso8859-5": -0.02, "cp1257": -0.02}  # fmt: skip
"""Between texts that look alike, the more usual encoding."""


def guess(body: bytes, hint: str | None = None) -> str | None:
    """The encoding ``body`` is most likely in; None when it looks like none. ``hint`` is preferred in doubt."""
    points = _judged(_sampled(body))
    if hint in points:
        points[hint] += _HINT
    best = max(points, key=lambda encoding: points[encoding])
    return best if points[best] >= _ENOUGH else None


def better(body: bytes, label: str) -> str | None:
    """The encoding that ``body`` is clearly in although its label says another; None when the label may stand."""
    sample = _sampled(body)
    if sum(byte > 0x7F for byte in sample) < _EVIDENCE:  # noqa: PLR2004 - the end of ASCII
        return None
    points = _judged(sample)
    best = max(points, key=lambda encoding: points[encoding])
    labelled = points.get(label)
    if labelled is None:
        # one of its kin is as good a judge: ISO 8859-7 for windows-1253
        alike = sample.decode(label, "replace")
        labelled = max(
            (told for encoding, told in points.items() if sample.decode(encoding, "replace") == alike), default=0.0
        )
        if best not in _EAST_ASIAN and labelled == 0.0:
            return None
    return best if points[best] >= max(_ENOUGH, labelled + _MARGIN) else None


def _sampled(body: bytes) -> bytes:
    stretches = _STRETCH.findall(body)
    size = sum(map(len, stretches))
    if size > _SAMPLE:
        stretches = stretches[:: size // _SAMPLE + 1]
    return b"\n".join(stretches)[: _SAMPLE * 2]


def _judged(sample: bytes) -> dict[str, float]:
    return {name: _points(sample, name, usual) + _PREFERENCE.get(name, 0.0) for name, usual in _CANDIDATES}


def _points(sample: bytes, encoding: str, usual: frozenset[str]) -> float:
    """Between -1 and 1 for each character outside ASCII, on average."""
    text = sample.decode(encoding, "replace")
    total = 0
    points = 0.0
    for run in _OUTSIDE_ASCII.finditer(text):
        letters = run[0]
        total += len(letters)
        if encoding in _LATIN:
            # no Latin word has more accents in a row
            points += -len(letters) / 2 if len(letters) > 3 else _sum(letters, encoding, usual)  # noqa: PLR2004
        elif encoding not in _EAST_ASIAN and _touches_latin(text, run):
            # no word mixes scripts
            points -= len(letters)
        else:
            points += _sum(letters, encoding, usual)
            if encoding == "cp1255":
                points -= 2 * sum(letter in _HEBREW_ENDS for letter in letters[:-1])
    return points / total if total else 0.0


def _sum(letters: str, encoding: str, usual: frozenset[str]) -> float:
    return sum(_worth(letter, encoding, usual) for letter in letters)


def _touches_latin(text: str, run: re.Match[str]) -> bool:
    return text[run.start() - 1 : run.start()].isalpha() or text[run.end() : run.end() + 1].isalpha()


def _worth(character: str, encoding: str, usual: frozenset[str]) -> float:  # noqa: C901, PLR0911 - a table
    if character in usual:
        return 1.0
    if character == "\ufffd" or "\x80" <= character <= "\x9f" or "\ue000" <= character <= "\uf8ff":
        return -4.0
    if "\u3040" <= character <= "\u30ff":
        # the Chinese and Korean sets have kana too, but their texts do not
        return 0.9 if encoding in _JAPANESE else -0.8
    if encoding in _EAST_ASIAN:
        if character in _PUNCTUATION:
            return 0.3
        if "\uff61" <= character <= "\uff9f":
            return -0.5
        if "\uac00" <= character <= "\ud7a3":
            return 0.5 if encoding == "cp949" and _in_euc_kr(character) else -0.5
        if "\u4e00" <= character <= "\u9fff":
            return -0.3 if encoding == "cp949" else 0.0
        return -0.5
    if not character.isalpha():
        return 0.0 if character in _PUNCTUATION else -0.5
    if character.islower() or character.lower() == character:
        return 0.4 if encoding not in _LATIN else -0.5
    return 0.2


def _in_euc_kr(character: str) -> bool:
    try:
        character.encode("euc_kr")
    except UnicodeEncodeError:
        return False
    return True
