"""Where an article's story is looked for."""

import numpy as np

from tocsin.classifier.story_keys import StoryKeys
from tocsin.domain.story import Traits

NONE = np.zeros(0, dtype=np.float32)


def test_a_likely_type_is_a_place_to_look() -> None:
    keys = StoryKeys().of(Traits(types=(("policy.trade", 0.9),), places=("us",)), NONE)
    assert keys == ("pus|policy.trade", "tpolicy.trade")


def test_without_a_likely_type_the_country_is() -> None:
    assert StoryKeys().of(Traits(types=(("policy.trade", 0.2),), places=("us",)), NONE) == ("pus|policy.trade", "pus")
    assert StoryKeys().of(Traits(places=("nl",)), NONE) == ("pnl",)


def test_near_meanings_share_keys_and_far_ones_few() -> None:
    random = np.random.default_rng(2)
    text = random.standard_normal(64).astype(np.float32)
    near = text + 0.5 * random.standard_normal(64).astype(np.float32)
    far = random.standard_normal(64).astype(np.float32)
    keys = StoryKeys()
    of_text = set(keys.of(Traits(), text))
    assert len(of_text & set(keys.of(Traits(), near))) > len(of_text & set(keys.of(Traits(), far)))
