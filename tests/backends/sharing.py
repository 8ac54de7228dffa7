"""Which tests of a run on several processes stay together."""

from typing import Final

from xdist.scheduler import LoadScopeScheduling

_SCENES: Final = ("tests/acceptance/", "tests/integration/test_kafka", "distributed.py::", "[kafka")
"""What needs Kafka, so that there is one broker; and what starts services as an operator does: several such scenes at a
time would be too much for a small machine."""

_WHOLE: Final = ("test_judgement.py", "test_story_quality.py", "test_embedders.py", "learning/test_fit.py")
"""Files whose tests share what took seconds to make."""


class Sharing(LoadScopeScheduling):  # type: ignore[misc]
    """Test by test, but for these. (Groups by mark, xdist's own way, have no effect under pytest 9.2.)"""

    def _split_scope(self, nodeid: str) -> str:
        if any(part in nodeid for part in _SCENES):
            return "scenes"
        file = nodeid.split("::", 1)[0]
        return file if file.endswith(_WHOLE) else nodeid
