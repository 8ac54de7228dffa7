"""The notifier's metrics."""

from prometheus_client import Counter, Gauge, Histogram

SENDS = Counter("tocsin_sends", "Attempts to send, by what the provider made of them.", ["result"])
DELIVERIES = Counter("tocsin_deliveries", "Deliveries that ended, by how.", ["status"])
PENDING = Gauge("tocsin_deliveries_pending", "Deliveries planned and not yet ended.")
PUBLICATION_TO_DELIVERY = Histogram(
    "tocsin_publication_to_delivery_seconds",
    "From an article's publication to its accepted delivery.",
    buckets=(5, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400),
)
