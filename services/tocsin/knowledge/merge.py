"""Laying one piece of knowledge over another: lists grow, single values are replaced."""

from collections.abc import Iterable
from typing import Any, TypeVar

from msgspec import UNSET, Struct, structs

from tocsin.knowledge.schema import Judgement, Lexicon, SeverityRule, Words

T = TypeVar("T")


def union(*lists: Iterable[T]) -> tuple[T, ...]:
    """All members in order, each once."""
    return tuple(dict.fromkeys(member for members in lists for member in members))


def lexicons(base: dict[str, Lexicon], over: dict[str, Lexicon]) -> dict[str, Lexicon]:
    """Both, with the lists of a language that is in both appended."""
    merged = dict(base)
    for language, extra in over.items():
        below = merged.get(language, Lexicon())
        merged[language] = Lexicon(
            triggers=below.triggers + extra.triggers,
            not_=union(below.not_, extra.not_),
            veto=union(below.veto, extra.veto),
            up=union(below.up, extra.up),
            down=union(below.down, extra.down),
        )
    return merged


def words(base: dict[str, Words], over: dict[str, Words]) -> dict[str, Words]:
    """Words by language: both, appended."""
    return {
        language: union(base.get(language, ()), over.get(language, ())) for language in dict.fromkeys([*base, *over])
    }


def judgement(base: Judgement | None, over: Judgement) -> Judgement:
    """The factor of ``over``, the words of both."""
    return Judgement(factor=over.factor, languages=words(base.languages if base else {}, over.languages))


def severity_rules(base: Iterable[SeverityRule], over: Iterable[SeverityRule]) -> tuple[SeverityRule, ...]:
    """The rules of ``over``, and those of ``base`` whose measure none of them has."""
    rules = tuple(over)
    measures = {rule.measure for rule in rules}
    return (*(rule for rule in base if rule.measure not in measures), *rules)


def fields(base: dict[str, Any], over: Struct) -> dict[str, Any]:
    """``base`` with the fields that ``over`` sets: tuples appended, mappings updated, the rest replaced."""
    merged = dict(base)
    for name, value in structs.asdict(over).items():
        if value is UNSET:
            continue
        below = merged.get(name)
        if isinstance(value, tuple) and isinstance(below, tuple):
            merged[name] = union(below, value)
        elif isinstance(value, dict) and isinstance(below, dict):
            merged[name] = below | value
        else:
            merged[name] = value
    return merged
