"""Which connections a deadline cuts."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from tocsin.runtime.outgoing import outgoing, returned, reused


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield server


def open_still(connection: socket.socket, listening: socket.socket) -> bool:
    other, _ = listening.accept()
    with other:
        other.settimeout(1)
        connection.sendall(b"x")
        return other.recv(1) == b"x"


def test_at_the_deadline_a_connection_is_cut(listening: socket.socket) -> None:
    with outgoing(0.1), closing(socket.create_connection(listening.getsockname())) as connection:
        time.sleep(0.3)
        with pytest.raises(OSError, match=r"pipe|reset"):
            open_still(connection, listening)


def test_one_that_was_returned_is_not(listening: socket.socket) -> None:
    with outgoing(0.1), closing(socket.create_connection(listening.getsockname())) as connection:
        returned()
        time.sleep(0.3)
        assert open_still(connection, listening)


def test_one_that_was_opened_before_is_cut_by_the_send_that_uses_it_again(listening: socket.socket) -> None:
    with closing(socket.create_connection(listening.getsockname())) as connection:
        with outgoing(0.1) as ours:
            reused(connection)
            assert ours.connected
            time.sleep(0.3)
        with pytest.raises(OSError, match=r"pipe|reset"):
            open_still(connection, listening)


def test_too_late_is_told_before_anything_is_sent(listening: socket.socket) -> None:
    with closing(socket.create_connection(listening.getsockname())) as connection, outgoing(0.1):
        time.sleep(0.3)
        with pytest.raises(TimeoutError):
            reused(connection)
