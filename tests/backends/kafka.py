"""A real Apache Kafka broker: one that runs already, a container, or its jars under Java. docs/testing.md says more."""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

from tests.backends.backend import BackendMissingError, cache, first_of, free_port, given
from tests.backends.container import container

POM: Final = Path(__file__).parents[2] / "deploy" / "kafka" / "pom.xml"
START_TIMEOUT: Final = 90.0
HINT: Final = (
    "install Java 17 or later and Maven, or set TOCSIN_TEST_KAFKA=host:port to a broker that may be written to"
)

PROPERTIES: Final = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={logs}
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
transaction.abort.timed.out.transaction.cleanup.interval.ms=1000
"""


def start() -> AbstractContextManager[str]:
    """``host:port`` of a broker; its topics are the caller's to name apart."""
    return first_of(lambda: given("TOCSIN_TEST_KAFKA"), _contained, _own)


@contextmanager
def _contained() -> Iterator[str]:
    with container("kafka", _answers) as port:
        yield f"127.0.0.1:{port}"


@contextmanager
def _own() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="tocsin-kafka-") as folder:
        broker = Broker(Path(folder))
        broker.start()
        try:
            yield broker.address
        finally:
            broker.kill()


class Broker:
    """One broker of its own, which a test may stop and start again: same ports, same data."""

    def __init__(self, folder: Path) -> None:
        self._java = _java()
        self._classpath = f"{_jars()}/*"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        port = free_port()
        controller = free_port()
        self.address = f"127.0.0.1:{port}"
        self._port = port
        self._config = folder / "server.properties"
        self._log = folder / "broker.log"
        self._config.write_text(PROPERTIES.format(port=port, controller=controller, logs=folder / "data"))
        formatted = subprocess.run(
            [*self._command("kafka.tools.StorageTool"), "format", "-t", _cluster_id(), "-c", str(self._config)],
            capture_output=True,
            text=True,
            check=False,
        )
        if formatted.returncode != 0:
            raise BackendMissingError(f"Kafka's storage could not be formatted: {formatted.stderr[-800:]}")

    def _command(self, main: str) -> list[str]:
        # the first tier of the compiler alone starts the broker in half the time
        heap = ["-Xmx512m", "-Xms128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
        return [self._java, *heap, "-cp", self._classpath, main]

    def start(self) -> None:
        """Run the broker; returns when it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._command("kafka.Kafka"), str(self._config)], stdout=log, stderr=log, cwd=self._folder
            )
        deadline = time.monotonic() + START_TIMEOUT
        while not _answers(self._port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise BackendMissingError(f"Kafka did not start: {self._log.read_text()[-800:]}")
            time.sleep(0.1)

    def stop(self) -> None:
        """Ask the broker to end, and wait."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the broker as a power failure would."""
        self._end(signal.SIGKILL)

    def restart(self, *, away: float = 0.0) -> None:
        """Kill the broker and bring it back after ``away`` seconds."""
        self.kill()
        time.sleep(away)
        self.start()

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


def _cluster_id() -> str:
    # Kafka wants 22 characters of URL-safe base64, which hexadecimal digits are too
    return uuid.uuid4().hex[:22]


def _answers(port: int) -> bool:
    # ApiVersions v0, correlation id 1, empty client id: an open port alone does not mean a working broker
    request = bytes.fromhex("0000000a00120000000000010000")
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.settimeout(2)
            connection.sendall(request)
            return len(connection.recv(8)) > 0
    except OSError:
        return False


def _java() -> str:
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin" if home else None) or shutil.which("java")
    if java is None:
        raise BackendMissingError(f"no Java; {HINT}")
    banner = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', banner)
    if version is None or int(version[1]) < 17:
        raise BackendMissingError(f"Java is too old ({banner.strip()[:80]}); {HINT}")
    return java


def _jars() -> Path:
    """The broker's jars; fetched once."""
    version = re.search(r"<kafka.version>(.+)</kafka.version>", POM.read_text())
    assert version, "the pom names Kafka's version"
    jars = cache() / f"kafka-{version[1]}"
    if jars.is_dir():
        return jars
    maven = shutil.which("mvn")
    if maven is None:
        raise BackendMissingError(f"no Maven; {HINT}")
    # a folder of that name is complete: two runs at once may both fetch, and the first one done wins
    with tempfile.TemporaryDirectory(dir=jars.parent) as fetched:
        target = Path(fetched) / "jars"
        done = subprocess.run(
            [maven, "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={target}"],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise BackendMissingError(f"Kafka's jars could not be fetched: {done.stdout[-800:]}; {HINT}")
        try:
            target.rename(jars)
        except OSError:
            if not jars.is_dir():
                raise
    return jars
