"""Names of months as feeds write them, in many languages. A name that means two months in two languages is left out."""

import re
import unicodedata
from typing import Final

_NAMES: Final = """
1 january jan januar jänner janvier janv enero ene gennaio gen janeiro januari styczeń stycznia sty leden ledna
1 led január tammikuu tammi ianuarie ian ocak oca січень січня січ январь января янв януари яну ιανουάριος
1 ιανουαρίου ιαν jaanuar janvāris sausis siječanj siječnja
2 february feb februar februári février fevrier févr fevr fév febrero febbraio fevereiro fev februari luty lutego
2 únor února úno helmikuu helmi februarie şubat subat şub лютий лютого лют февраль февраля февр фев февруари
2 φεβρουάριος φεβρουαρίου φεβ veebruar februāris veljača veljače február
3 march mar märz maerz mrz mär mars marzo março marco maart mrt marts marzec marca března březen bře maaliskuu
3 maalis martie mart березень березня бер март марта мар μάρτιος μαρτίου μαρ märts ožujak ožujka március márc
3 marec
4 april apr avril avr abril abr aprile kwiecień kwietnia kwi duben dubna dub huhtikuu huhti aprilie nisan nis
4 квітень квітня кві апрель апреля апр απρίλιος απριλίου απρ aprill aprīlis travanj travnja április ápr apríl
5 may mai maj mayo maggio mag maio mei maja květen května kvě toukokuu touko mayıs травень травня май мая μάιος
5 μαΐου μαΐ maijs svibanj svibnja május máj
6 june jun juni juin junio giugno giu junho czerwiec czerwca cze červen června kesäkuu kesä iunie iun haziran haz
6 червень червня чер июнь июня июн юни ιούνιος ιουνίου ιουν juuni jūnijs lipnja június jún
7 lipiec lipca july jul juli juillet juil julio luglio lug julho červenec července heinäkuu heinä iulie iul temmuz
7 tem липень липня лип июль июля июл юли ιούλιος ιουλίου ιουλ juuli jūlijs srpanj srpnja július júl
8 august aug août aout agosto ago augustus sierpień sierpnia sie srpen srpna elokuu elo ağustos agustos ağu
8 серпень серпня сер август августа авг αύγουστος αυγούστου αυγ augusts kolovoz kolovoza augusztus
9 september sep sept septembre septiembre settembre set setembro wrzesień września wrz září syyskuu syys
9 septembrie eylül eylul eyl вересень вересня вер сентябрь сентября сент сен септември септ σεπτέμβριος
9 σεπτεμβρίου σεπ septembris rujan rujna szeptember szept
10 october oct oktober okt octobre octubre ottobre ott outubro out październik października paź říjen října lokakuu
10 loka octombrie ekim eki жовтень жовтня жов октябрь октября окт октомври οκτώβριος οκτωβρίου οκτ oktoober
10 oktobris október
11 listopadu november nov novembre noviembre novembro novembar marraskuu marras noiembrie kasım kasim kas ноябрь
11 ноября нояб ноя ноември νοέμβριος νοεμβρίου νοε novembris studenog
12 december dec dezember dez décembre decembre déc diciembre dic dicembre dezembro grudzień grudnia gru prosinec
12 prosince joulukuu joulu decembrie aralık aralik ara грудень грудня гру декабрь декабря дек декември δεκέμβριος
12 δεκεμβρίου δεκ detsember decembris prosinac prosinca
"""


def _folded(name: str) -> str:
    bare = "".join(part for part in unicodedata.normalize("NFKD", name.lower()) if not unicodedata.combining(part))
    return bare.replace("ı", "i").replace("ß", "ss").rstrip(".")


def _table() -> dict[str, int]:
    table: dict[str, int] = {}
    for row in _NAMES.strip().splitlines():
        number, *names = row.split()
        for name in names:
            if table.setdefault(_folded(name), int(number)) != int(number):
                raise ValueError(f"{name} means two months")
    return table


_MONTHS: Final = _table()
NAME: Final = r"[^\W\d_]{3,14}"
"""A month's name as a regular expression; whether it is one, ``month_of`` says."""
_LETTERS: Final = re.compile(NAME)


def month_of(name: str) -> int | None:
    """1 to 12 for a month's name or its usual abbreviation, in any case, with or without accents; None for others."""
    return _MONTHS.get(_folded(name)) if _LETTERS.match(name) else None
