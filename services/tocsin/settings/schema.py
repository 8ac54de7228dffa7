"""The settings an operator may write in ``tocsin.yaml``, with their defaults. Unknown keys are refused."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

Count = Annotated[int, Meta(ge=1)]
Seconds = Annotated[float, Meta(gt=0)]
Hours = Annotated[float, Meta(gt=0)]


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the settings."""


class SqliteBusSettings(Section, frozen=True):
    """The embedded bus. A group of consumers can share the work of up to ``partitions`` members."""

    path: str = "bus.db"
    partitions: Count = 4


class KafkaSecurity(Section, frozen=True):
    """How to speak to the brokers. The names are Kafka's; the files are PEM."""

    protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    ca_file: str | None = None
    certificate_file: str | None = None
    key_file: str | None = None
    key_password: str | None = None
    key_password_file: str | None = None
    check_hostname: bool = True
    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = None
    username: str | None = None
    password: str | None = None
    password_file: str | None = None


class KafkaSettings(Section, frozen=True):
    """The distributed bus. ``replication`` and ``partitions`` apply to topics that Tocsin makes."""

    servers: tuple[str, ...] = ("127.0.0.1:9092",)
    partitions: Count = 6
    replication: Count = 1
    session_timeout: Seconds = 10.0
    transaction_timeout: Seconds = 10.0
    request_timeout: Seconds = 10.0
    security: KafkaSecurity = field(default_factory=KafkaSecurity)


class BusSettings(Section, frozen=True):
    """Where the topics live. ``prefix`` comes before every topic and group name; ``retention`` is in days."""

    kind: Literal["sqlite", "kafka"] = "sqlite"
    prefix: str = "tocsin."
    retention: dict[Literal["articles", "signals", "alerts", "deliveries", "dead-letters"], Count] = field(
        default_factory=lambda: {"articles": 7, "signals": 30, "alerts": 30, "deliveries": 30, "dead-letters": 90}
    )
    sqlite: SqliteBusSettings = field(default_factory=SqliteBusSettings)
    kafka: KafkaSettings = field(default_factory=KafkaSettings)


class SqliteStateSettings(Section, frozen=True):
    """Embedded state."""

    path: str = "state.db"


class RedisSettings(Section, frozen=True):
    """Distributed state. A password in ``password`` or ``password_file`` comes before one in the URL."""

    url: str = "redis://127.0.0.1:6379/0"
    prefix: str = "tocsin"
    username: str | None = None
    password: str | None = None
    password_file: str | None = None
    timeout: Seconds = 5.0


class StateSettings(Section, frozen=True):
    """Where the services keep what they must remember."""

    kind: Literal["sqlite", "redis"] = "sqlite"
    sqlite: SqliteStateSettings = field(default_factory=SqliteStateSettings)
    redis: RedisSettings = field(default_factory=RedisSettings)


class DomainSettings(Section, frozen=True):
    """How to treat one registrable domain, all its hosts together: requests at a time, seconds between two requests,
    and seconds at least between two looks at one feed of it.
    """

    parallel: Count | None = None
    delay: Annotated[float, Meta(ge=0)] = 0.0
    min_interval: Annotated[float, Meta(ge=0)] = 0.0


class WebSubSettings(Section, frozen=True):
    """Push instead of poll, where feeds name a hub. ``callback`` is the address under which hubs reach this process
    (through a proxy, usually); None turns it off. The server listens on ``host`` and ``port``. ``lease`` is asked of
    hubs; ``interval`` is the slow poll beside a push that works, the safety net. Times in seconds.
    """

    callback: str | None = None
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8781
    lease: Seconds = 864_000.0
    interval: Seconds = 3_600.0


class PollerSettings(Section, frozen=True):
    """How feeds are fetched. Times in seconds unless named otherwise.

    ``interval`` is where the wait between two looks at a feed begins; from then on the feed's own rate decides, between
    ``min_interval`` (a fifth of it unless named) and ``max_interval`` (four times). What a publisher asks for
    (Cache-Control, ttl, sy:updatePeriod) makes it longer, up to ``max_interval`` too. ``per_domain`` bounds the
    requests at a time to one registrable domain, unless ``domains`` or a preset says otherwise.

    ``allow_private`` lists networks (CIDR) and host names that feeds may be fetched from although they are not on
    the public internet. ``alert_max_age`` bounds, in hours, how old an item of a feed's first poll may be to be
    published. Documents are parsed in ``parsers`` processes of their own (0: in this one, without limits), each
    within ``parse_timeout`` and ``parse_memory`` (bytes). ``feed_metrics`` is the number of feeds that have
    Prometheus series of their own, failing ones first.
    """

    interval: Seconds = 300.0
    min_interval: Seconds | None = None
    max_interval: Seconds | None = None
    lease: Seconds = 120.0
    concurrency: Count = 100
    per_domain: Count = 2
    domains: dict[str, DomainSettings] = field(default_factory=dict)
    timeout: Seconds = 20.0
    max_bytes: Count = 10_000_000
    max_redirects: Count = 5
    max_backoff: Seconds = 86_400.0
    alert_max_age: Hours = 24.0
    user_agent: str = "Tocsin/0.1 (+https://github.com/tocsin-news/tocsin; feed reader)"
    allow_private: tuple[str, ...] = ()
    parsers: Annotated[int, Meta(ge=0)] = 2
    parse_timeout: Seconds = 20.0
    parse_memory: Count = 500_000_000
    feed_metrics: Annotated[int, Meta(ge=0)] = 1_000
    websub: WebSubSettings = field(default_factory=WebSubSettings)


class ClassifierSettings(Section, frozen=True):
    """``story_window`` is in hours: reports of one event further apart than that are two stories.

    ``embedder`` is ``auto`` (the best that is installed), ``e5``, ``use``, ``none`` or the path of an ONNX file.
    ``model`` is the path of a model that ``tocsin fit`` made; None takes the one that comes with the embedder.
    ``cache`` is the folder where the e5 encoder, built at the first start, is kept.
    """

    embedder: str = "auto"
    model: str | None = None
    cache: str | None = None
    story_window: Hours = 96.0
    batch: Count = 100


class RouterSettings(Section, frozen=True):
    """``alert_max_age``, in hours: an article older than that rings nobody, and a later send is given up as stale."""

    alert_max_age: Hours = 24.0


class ProviderSettings(Section, frozen=True):
    """Limits of a kind of channel (``telegram``, ``email``, ``webhook`` ...) where the built-in ones do not fit.

    ``rate`` is messages a second to one channel, ``burst`` how many may go at once after a pause, ``concurrency``
    how many at the same time; ``account_rate`` bounds all channels of one bot, host or token together. ``unknown``
    says what to do when no answer came: ``retry`` as after a failure, ``once``, or ``never``.
    """

    rate: Annotated[float, Meta(gt=0)] | None = None
    burst: Count | None = None
    concurrency: Count | None = None
    account_rate: Annotated[float, Meta(gt=0)] | None = None
    unknown: Literal["retry", "once", "never"] | None = None


class NotifierSettings(Section, frozen=True):
    """How alerts are sent. Times in seconds. ``attempts`` bounds the sends of one delivery.

    After ``breaker_failures`` failures in a row a channel rests for ``breaker_pause`` seconds, longer each time, up to
    ``max_backoff``. After ``fallback_after`` failures a delivery goes to the channel's fallback, if it has one.
    ``allow_private`` lists networks and host names that channels added by users may have although they are not
    public. ``public_url`` is where the web pages are reached: without it messages carry no links to mute or mark.
    ``key`` (Fernet form; several with commas, the first is used for new things) encrypts stored addresses and signs
    links. ``templates`` is a folder laid over the built-in ones. ``remember`` is in days: how long ended deliveries
    stay in the ledger, at least as long as alerts may be replayed.
    """

    threads: Count = 32
    timeout: Seconds = 20.0
    attempts: Count = 20
    backoff: Seconds = 5.0
    max_backoff: Seconds = 900.0
    breaker_failures: Count = 5
    breaker_pause: Seconds = 30.0
    fallback_after: Count = 3
    allow_private: tuple[str, ...] = ()
    public_url: str = ""
    key: str | None = None
    key_file: str | None = None
    templates: str | None = None
    remember: Count = 30
    providers: dict[str, ProviderSettings] = {}


class HealthSettings(Section, frozen=True):
    """The HTTP server with /livez, /readyz and /metrics. ``port`` 0 turns it off."""

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8780


class LogSettings(Section, frozen=True):
    """``format`` is ``json`` for machines, ``console`` for people."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["json", "console"] = "json"


class Settings(Section, frozen=True):
    """Everything. Relative paths are relative to the file they stand in; data goes below ``data``.

    ``instance`` names this process among its replicas; by default host name and process id. ``knowledge`` lists
    folders laid over the built-in knowledge.
    """

    instance: str | None = None
    data: str = "data"
    feeds: str = "feeds.yaml"
    subscribers: str = "subscribers.yaml"
    knowledge: tuple[str, ...] = ()
    bus: BusSettings = field(default_factory=BusSettings)
    state: StateSettings = field(default_factory=StateSettings)
    poller: PollerSettings = field(default_factory=PollerSettings)
    classifier: ClassifierSettings = field(default_factory=ClassifierSettings)
    router: RouterSettings = field(default_factory=RouterSettings)
    notifier: NotifierSettings = field(default_factory=NotifierSettings)
    health: HealthSettings = field(default_factory=HealthSettings)
    log: LogSettings = field(default_factory=LogSettings)
