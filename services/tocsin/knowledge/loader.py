"""The knowledge: the built-in files with an operator's folders laid over them."""

import re
from collections.abc import Sequence
from hashlib import blake2b
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

import msgspec

from tocsin.domain.errors import ConfigurationError
from tocsin.knowledge import merge
from tocsin.knowledge.document import Document
from tocsin.knowledge.schema import (
    MEASURES,
    Company,
    CompanyFile,
    EventFile,
    EventType,
    Judgement,
    JudgementFile,
    Knowledge,
    Lexicon,
    LexiconFile,
    SeverityFile,
    SeverityRule,
    Words,
)

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
_SUFFIXES: Final = (".yaml", ".yml")


def load_knowledge(overlays: Sequence[str | Path] = (), *, builtin: Traversable | None = None) -> Knowledge:
    """The built-in knowledge with the folders of ``overlays`` laid over it, the later over the earlier.

    Every folder has ``events/<type-id>.yaml``, ``lexicons/<language>.yaml``, ``companies/*.yaml``,
    ``judgement.yaml`` and ``severity.yaml``, or some of them.
    ``builtin`` replaces the knowledge that comes with Tocsin. Raises ConfigurationError with every mistake found.
    """
    loading = _Loading()
    loading.read(builtin or resources.files("tocsin.knowledge") / "data")
    for overlay in overlays:
        loading.read(Path(overlay))
    return loading.finish()


class _Loading:
    def __init__(self) -> None:
        self.problems: list[str] = []
        self.events: dict[str, dict[str, Any]] = {}
        self.companies: dict[str, dict[str, Any]] = {}
        self.judgements: dict[str, Judgement] = {}
        self.severity_rules: tuple[SeverityRule, ...] = ()
        self.negation: dict[str, Words] = {}
        self.lexicons: list[tuple[Document, str, dict[str, Lexicon]]] = []
        self.spoken: list[tuple[Document, LexiconFile]] = []
        self.business: dict[str, Words] = {}
        self.venues: Words = ()
        self.origin: dict[str, Document] = {}  # the first file of each event type and company

    def read(self, folder: Traversable) -> None:
        if not folder.is_dir():
            self.problems.append(f"{folder}: no such folder; correct `knowledge` in the settings")
            return
        events, companies, lexicons = (_files(folder / name) for name in ("events", "companies", "lexicons"))
        judgement, severity = folder / "judgement.yaml", folder / "severity.yaml"
        for file in events:
            self._event(Document(file, self.problems))
        for file in lexicons:
            self._lexicons(Document(file, self.problems))
        for file in companies:
            self._companies(Document(file, self.problems))
        if judgement.is_file():
            self._judgement(Document(judgement, self.problems))
        if severity.is_file():
            self._severity(Document(severity, self.problems))
        if not (events or companies or lexicons or judgement.is_file() or severity.is_file()):
            self.problems.append(
                f"{folder}: no knowledge here; it takes events/, lexicons/, companies/, judgement.yaml or severity.yaml"
            )

    def finish(self) -> Knowledge:
        self._join_lexicons()
        for event in self.events.values():
            event["severity_rules"] = merge.severity_rules(self.severity_rules, event["severity_rules"])
        events = [self._complete(fields, EventType) for _, fields in sorted(self.events.items())]
        companies = [self._complete(fields, Company) for _, fields in sorted(self.companies.items())]
        if self.problems:
            raise ConfigurationError(*self.problems)
        knowledge = Knowledge(
            events={event.id: event for event in events if event},
            companies={company.ticker: company for company in companies if company},
            judgements=self.judgements,
            negation=self.negation,
            business=self.business,
            venues=self.venues,
        )
        digest = blake2b(msgspec.json.encode(knowledge, order="sorted"), digest_size=6)
        return msgspec.structs.replace(knowledge, version=digest.hexdigest())

    def _event(self, document: Document) -> None:
        before = len(self.problems)
        languages = document.convert(document.content.pop("languages", {}), dict[str, Any], "languages") or {}
        file = document.convert(document.content, EventFile) if document.content else None
        for language in languages:
            _check_language(document, language, f"languages.{language}")
        lexicons = {
            language: self._lexicon(document, f"languages.{language}", content)
            for language, content in languages.items()
        }
        if file and document.file.name.rpartition(".")[0] != file.id:
            document.problem("id", f"{file.id!r} stands in {document.file.name}; name the file {file.id}.yaml")
        if file:
            _check_rules(document, file.severity_rules, "severity_rules")
        if not file or len(self.problems) > before:
            return
        self.origin.setdefault(file.id, document)
        below = self.events.get(file.id, {})
        self.events[file.id] = merge.fields(below, file) | {
            "languages": merge.lexicons(below.get("languages", {}), lexicons),
            "severity_rules": merge.severity_rules(below.get("severity_rules", ()), file.severity_rules),
        }

    def _lexicons(self, document: Document) -> None:
        events = document.convert(document.content.pop("events", {}), dict[str, Any], "events") or {}
        file = document.convert(document.content, LexiconFile) if document.content else None
        if not file:
            return
        if document.file.name.rpartition(".")[0] != file.language:
            document.problem(
                "language", f"{file.language!r} stands in {document.file.name}; name it {file.language}.yaml"
            )
        for name, patterns in {**file.judgements, "negation": file.negation}.items():
            document.check_patterns(patterns, name)
        lexicons = {type: self._lexicon(document, f"events.{type}", content) for type, content in events.items()}
        self.lexicons.append((document, file.language, lexicons))
        self.spoken.append((document, file))

    def _join_lexicons(self) -> None:
        """Put what the files of languages say to the types and judgements, of which all are known only now."""
        for document, language, lexicons in self.lexicons:
            for type, lexicon in lexicons.items():
                if type not in self.events:
                    document.problem(f"events.{type}", "no such event type; add events/<type>.yaml or correct it")
                    continue
                event = self.events[type]
                event["languages"] = merge.lexicons(event["languages"], {language: lexicon})
        for document, file in self.spoken:
            for name, words in file.judgements.items():
                if name not in self.judgements:
                    document.problem(f"judgements.{name}", "no such judgement; add it to judgement.yaml or correct it")
                    continue
                extra = Judgement(factor=self.judgements[name].factor, languages={file.language: words})
                self.judgements[name] = merge.judgement(self.judgements[name], extra)
            self.negation = merge.words(self.negation, {file.language: file.negation})

    def _lexicon(self, document: Document, path: str, content: Any) -> Lexicon:
        lexicon = document.convert(content, Lexicon, path) or Lexicon()
        for index, trigger in enumerate(lexicon.triggers):
            document.check_patterns(trigger.any, f"{path}.triggers[{index}].any")
            document.check_patterns(trigger.with_, f"{path}.triggers[{index}].with")
        for name, patterns in (
            ("not", lexicon.not_),
            ("veto", lexicon.veto),
            ("up", lexicon.up),
            ("down", lexicon.down),
        ):
            document.check_patterns(patterns, f"{path}.{name}")
        return lexicon

    def _companies(self, document: Document) -> None:
        file = document.convert(document.content, CompanyFile) if document.content else None
        for index, entry in enumerate(file.companies if file else ()):
            for name in ("aliases", "products", "people", "unsure", "context", "not_"):
                document.check_patterns(getattr(entry, name) or (), f"companies[{index}].{name.rstrip('_')}")
            for language in entry.unsure_in or ():
                _check_language(document, language, f"companies[{index}].unsure_in")
            self.origin.setdefault(entry.ticker, document)
            below = self.companies.get(entry.ticker, {})
            merged = merge.fields(below, entry)
            if entry.name and entry.aliases is msgspec.UNSET:
                merged["aliases"] = merge.union(below.get("aliases", ()), (entry.name,))
            self.companies[entry.ticker] = merged

        for language, patterns in file.business.items() if file else ():
            _check_language(document, language, f"business.{language}")
            document.check_patterns(patterns, f"business.{language}")
        if file:
            document.check_patterns(file.venues, "venues")
            self.business = merge.words(self.business, file.business)
            self.venues = merge.union(self.venues, file.venues)

    def _judgement(self, document: Document) -> None:
        file = document.convert(document.content, JudgementFile) if document.content else None
        if not file:
            return
        listed = {f"judgements.{name}.languages": judgement.languages for name, judgement in file.judgements.items()}
        for path, languages in {**listed, "negation": file.negation}.items():
            for language, patterns in languages.items():
                _check_language(document, language, f"{path}.{language}")
                document.check_patterns(patterns, f"{path}.{language}")
        for name, judgement in file.judgements.items():
            self.judgements[name] = merge.judgement(self.judgements.get(name), judgement)
        self.negation = merge.words(self.negation, file.negation)

    def _severity(self, document: Document) -> None:
        file = document.convert(document.content, SeverityFile) if document.content else None
        if file:
            _check_rules(document, file.rules, "rules")
            self.severity_rules = merge.severity_rules(self.severity_rules, file.rules)

    def _complete(self, fields: dict[str, Any], kind: type[EventType] | type[Company]) -> Any:
        missing = [field.name for field in msgspec.structs.fields(kind) if field.required and field.name not in fields]
        if not missing:
            return kind(**fields)
        known = fields.get("id") or fields.get("ticker")
        self.origin[str(known)].problem(missing[0], f"{known} is new and has none; add it")
        return None


def _check_language(document: Document, language: str, path: str) -> None:
    if not _LANGUAGE.fullmatch(language):
        document.problem(path, f"{language!r} is no language code; write one of ISO 639 in small letters, such as de")


def _check_rules(document: Document, rules: tuple[SeverityRule, ...], path: str) -> None:
    seen = set()
    for index, rule in enumerate(rules):
        if not rule.measure:
            wanted = ", ".join(MEASURES)
            document.problem(f"{path}[{index}]", f"has no condition, or several; write one of {wanted} beside `add`")
        elif (condition := msgspec.structs.replace(rule, add=0)) in seen:
            document.problem(f"{path}[{index}]", f"this {rule.measure} stands twice; remove one of the two")
        else:
            seen.add(condition)


def _files(folder: Traversable) -> list[Traversable]:
    if not folder.is_dir():
        return []
    return sorted((file for file in folder.iterdir() if file.name.endswith(_SUFFIXES)), key=lambda file: file.name)
