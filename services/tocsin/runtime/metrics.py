"""Prometheus metrics that every service has. Rooms add their own beside their code."""

from prometheus_client import Counter, Histogram

PROCESSED = Counter("tocsin_records_processed", "Records read and committed.", ["service"])
DEAD_LETTERED = Counter("tocsin_records_dead_lettered", "Records put into the dead letters.", ["service"])
RETRIES = Counter("tocsin_retries", "Batches that had to be read again, by cause.", ["service", "cause"])
LATENCY = Histogram(
    "tocsin_record_age_seconds",
    "Age of a record when its outputs were committed.",
    ["service"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1800, 7200, 86400),
)
