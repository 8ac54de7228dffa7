"""How much of a feed document is taken; what is beyond is cut, so that no feed can flood the bus."""

from typing import Final

ITEMS: Final = 1_000
TITLE: Final = 1_000
"""Characters, as all below."""
SUMMARY: Final = 5_000
EXCERPT: Final = 1_000
"""A summary made from the content of an item that has no summary."""
CONTENT: Final = 100_000
LINK: Final = 4_000
NAME: Final = 200
"""An author or a tag."""
NAMES: Final = 50
"""Authors, or tags, of one item."""
