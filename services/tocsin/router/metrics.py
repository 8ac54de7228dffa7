"""The router's metrics."""

from prometheus_client import Counter, Gauge

ROUTED = Counter(
    "tocsin_signals_routed",
    "Signals by what the router made of them: alerted, nobody, repeat (all were rung before), too_old, not_flagged.",
    ["result"],
)
ALERTS = Counter("tocsin_alerts", "Alerts decided on.")
SUBSCRIPTIONS = Gauge("tocsin_subscriptions", "Subscriptions in the router's index.")
