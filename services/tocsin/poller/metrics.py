"""What the poller counts."""

from prometheus_client import Counter, Gauge, Histogram

POLLS = Counter(
    "tocsin_polls", "Feeds looked at, by outcome (new, unchanged, failed, released or dropped).", ["outcome"]
)
FAILURES = Counter("tocsin_poll_failures", "Polls that failed, by reason.", ["reason"])
BYTES = Counter("tocsin_poll_bytes", "Bytes of feed documents, decompressed.")
SAVED = Counter("tocsin_poll_saved_bytes", "Bytes of feed documents that 304 answers have saved.")
EXCUSED = Counter("tocsin_polls_excused", "Polls that failed while nothing at all was reachable.")
GAPS = Counter("tocsin_coverage_gaps", "Feeds that came back after a time in which they could not be watched.")
PUSHES = Counter(
    "tocsin_pushes",
    "WebSub: hubs asked, failed to be asked, granting, denying, left; news told, or told with a forged signature.",
    ["outcome"],
)
PUBLISHED = Counter("tocsin_articles_published", "Articles put on the bus, new or revised.", ["kind"])
FULL_TEXTS = Counter("tocsin_full_texts", "Articles looked for behind their links, by outcome.", ["outcome"])
HELD_BACK = Counter("tocsin_items_held_back", "Items that looked new or changed because their feed was rebuilt.")
REFUSED = Counter("tocsin_articles_refused", "Articles that the bus can never take.")
FETCH_SECONDS = Histogram(
    "tocsin_fetch_seconds",
    "Time from asking for a feed to having its answer, waiting for a free slot included.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60),
)
DELAY = Histogram(
    "tocsin_article_delay_seconds",
    "Time from an article's publication, as its feed dates it, to the bus.",
    buckets=(1, 5, 15, 60, 300, 900, 3600, 14400, 86400),
)
IN_FLIGHT = Gauge("tocsin_polls_in_flight", "Feeds being looked at now.")
