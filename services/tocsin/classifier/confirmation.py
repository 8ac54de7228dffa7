"""What stands around the names in a text and tells whether they are companies."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple, Protocol

from tocsin.classifier.passage import Passage
from tocsin.classifier.rules import BusinessRule, ContextRule, DecoyRule, VenueRule

_LEAD: Final = 2
"""So many sentences after the title belong to it: they say what it is about."""
_GAP: Final = 1
"""A space or hyphen may stand between a name and the word that makes it a place."""


Place = tuple[int, int]
"""Passage, and sentence or offset in it."""
Stretch = tuple[int, int, int]
"""Passage, start, end."""


class Named(Protocol):
    """What is asked of a mention of a company."""

    @property
    def company(self) -> int:
        """Number of the company."""

    @property
    def passage(self) -> int:
        """Number of the passage."""

    @property
    def sentence(self) -> int:
        """Number of the sentence."""

    @property
    def start(self) -> int:
        """Where it begins."""

    @property
    def end(self) -> int:
        """Where it ends."""


class Surroundings(NamedTuple):
    """The cues of a text: of companies and of business by place, decoys by stretch, and where venues start and end."""

    context: Mapping[int, set[Place]]
    business: set[Place]
    decoys: Mapping[int, Sequence[Stretch]]
    before: set[Place]
    after: set[Place]

    def misleads(self, mention: Named) -> bool:
        """Whether the name is part of another: a stadium, a contest, a phrase of ``not``."""
        return any(
            passage == mention.passage and start < mention.end and mention.start < end
            for passage, start, end in self.decoys.get(mention.company, ())
        ) or any(
            (mention.passage, mention.end + gap) in self.before or (mention.passage, mention.start - gap) in self.after
            for gap in range(_GAP + 1)
        )

    def off_topic(self, found: Sequence[Named], passages: Sequence[Passage], *, business: bool) -> bool:
        """Whether the text is on a subject where the company of ``found`` is named but not meant."""
        if not found or not self.decoys.get(found[0].company):
            return False
        return not any(self.confirms(mention, passages, business=business) for mention in found)

    def confirms(self, mention: Named, passages: Sequence[Passage], *, business: bool) -> bool:
        """Whether a cue stands in the sentence of the mention, or where the title of the mention is explained."""
        cues = self.context.get(mention.company, set())
        if business:
            cues = cues | self.business
        places = {(mention.passage, mention.sentence)}
        if mention.sentence == passages[mention.passage].headline:
            below = mention.passage + 1
            places |= (
                {(below, number) for number in range(_LEAD)} if passages[mention.passage].field == "title" else set()
            )
        return not cues.isdisjoint(places)


def surroundings(passages: Iterable[Passage], companies: AbstractSet[int]) -> Surroundings:
    """The cues in ``passages``, for ``companies``. A word may be a cue of hundreds of others."""
    context: dict[int, set[Place]] = defaultdict(set)
    decoys: dict[int, list[Stretch]] = defaultdict(list)
    business: set[Place] = set()
    before: set[Place] = set()
    after: set[Place] = set()
    for number, passage in enumerate(passages):
        for hit, rule in passage.ruled(ContextRule):
            for company in rule.companies & companies:
                context[company].add((number, hit.sentence))
        for hit, decoy in passage.ruled(DecoyRule):
            for company in decoy.companies & companies:
                decoys[company].append((number, hit.start, hit.end))
        business.update((number, hit.sentence) for hit, _ in passage.ruled(BusinessRule))
        for hit, _ in passage.ruled(VenueRule):
            before.add((number, hit.start))
            after.add((number, hit.end))
    return Surroundings(context, business, decoys, before, after)
