"""What judging an article costs on one core, and what it costs less than.

``python -m benchmarks.classifying``. Articles of 500 words are put together from the example bank: one item as headline
and summary, everyday sentences below, as in real articles most words mean nothing. The lexical stages are measured
against spaCy's PhraseMatcher alone on the same patterns (``requirements/bench.txt``); the whole pipeline embeds every
article with e5; copies skip that. Times are of the process, so that neighbours on the machine count little. Exit code 1
when a target is missed.
"""

import random
import resource
import sys
import time
from collections.abc import Callable, Sequence
from typing import Final

from tocsin.bootstrap import open_classifier
from tocsin.classifier.classify import Classifier, Text
from tocsin.classifier.rules import entries
from tocsin.knowledge import Knowledge, load_knowledge
from tocsin.knowledge.examples import load_examples
from tocsin.settings.schema import ClassifierSettings

WORDS: Final = 500
ARTICLES: Final = 300
LEXICAL_PER_SECOND: Final = 1_000
TIMES_SPACY: Final = 2.0
WHOLE_PER_SECOND: Final = 25
COPIES_CHEAPER: Final = 10.0
MEGABYTES: Final = 700
START: Final = 5.0


def articles(language: str) -> list[Text]:
    """Own-written articles, the same every time."""
    chance = random.Random(7)  # noqa: S311 - repeatable, not secret
    bank = [located for located in load_examples() if located.language == language]
    heads = [located.example for located in bank if "." in located.id.split("/")[1]]
    plain = [located.example for located in bank if located.id.split("/")[1] in {"ordinary", "everyday"}]
    found = []
    for number in range(ARTICLES):
        head = heads[number % len(heads)]
        words: list[str] = []
        while len(words) < WORDS:
            item = chance.choice(plain)
            words += f"{item.title}. {item.text}".split()
        found.append(Text(title=head.title, summary=head.text, content=" ".join(words[:WORDS]), language=language))
    return found


def seconds(work: Callable[[Text], object], texts: Sequence[Text], rounds: int = 3) -> float:
    """Processor seconds for one text, the best of some rounds."""
    took = []
    for _ in range(rounds):
        start = time.process_time()
        for text in texts:
            work(text)
        took.append(time.process_time() - start)
    return min(took) / len(texts)


def spacy_seconds(knowledge: Knowledge, texts: Sequence[Text]) -> tuple[float, int] | None:
    """PhraseMatcher alone, on the same literals; the tokenising that it cannot do without is part of it."""
    try:
        import spacy
        from spacy.matcher import PhraseMatcher
    except ModuleNotFoundError:
        return None
    language = spacy.blank("en")
    matcher = PhraseMatcher(language.vocab, attr="LOWER")
    literals = sorted({entry.written.strip("*") for entry in entries(knowledge)})
    matcher.add("all", list(language.tokenizer.pipe(literals)))
    whole = [Text(title=f"{text.title}\n{text.summary}\n{text.content}") for text in texts]
    return seconds(lambda text: matcher(language.make_doc(text.title)), whole), len(literals)


def main() -> int:
    """Print the figures. Returns the exit code."""
    missed = False

    def tell(what: str, value: float, target: float, *, at_least: bool, unit: str = "") -> None:
        nonlocal missed
        good = value >= target if at_least else value <= target
        missed |= not good
        bound = "at least" if at_least else "at most"
        print(f"{'ok  ' if good else 'MISS'}  {what:<58} {value:8.2f}{unit}  (target {bound} {target:g}{unit})")

    start = time.perf_counter()
    knowledge = load_knowledge()
    classifier = open_classifier(ClassifierSettings(embedder="e5"), knowledge)
    started = time.perf_counter() - start
    texts = articles("en")
    for text in texts[:20]:
        classifier.read(text)
    lexical = seconds(classifier.read, texts)
    tell("lexical stages, articles of 500 words a second", 1 / lexical, LEXICAL_PER_SECOND, at_least=True)
    # one round: in a second, every text would be a copy
    whole = seconds(classifier.classify, fresh(texts[:100]), rounds=1)
    tell("whole pipeline with e5, articles a second", 1 / whole, WHOLE_PER_SECOND, at_least=True)
    first, exact, near = copies_seconds(classifier, texts[:100])
    tell("exact copies, times cheaper", first / exact, COPIES_CHEAPER, at_least=True)
    tell("near copies, times cheaper", first / near, COPIES_CHEAPER, at_least=True)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    tell("resident memory", memory, MEGABYTES, at_least=False, unit=" MB")
    tell("start, encoder built before", started, START, at_least=False, unit=" s")
    # last, for its memory is not ours
    peer = spacy_seconds(knowledge, texts)
    if peer:
        tell(
            f"lexical stages, times spaCy PhraseMatcher ({peer[1]} patterns)",
            peer[0] / lexical,
            TIMES_SPACY,
            at_least=True,
        )
    else:
        print("skip  spaCy is not installed: .venv/bin/pip install -r requirements/bench.txt")
    return int(missed)


def fresh(texts: Sequence[Text]) -> list[Text]:
    """Texts of which none is a copy of another."""
    return [Text(title=f"{n} {text.title}", summary=text.summary, language="en") for n, text in enumerate(texts)]


def copies_seconds(classifier: Classifier, texts: Sequence[Text]) -> tuple[float, float, float]:
    """What a report of 100 words costs at first, as an exact copy, and as a syndicated one, ending in another word."""
    originals = [
        Text(title=text.title, summary=f"{text.summary} {text.content[:500]}", language="en") for text in texts
    ]
    near = [Text(title=text.title, summary=f"{text.summary} (wire)", language="en") for text in originals]
    first = seconds(classifier.classify, originals, rounds=1)
    return first, seconds(classifier.classify, originals), seconds(classifier.classify, near, rounds=1)


if __name__ == "__main__":
    sys.exit(main())
