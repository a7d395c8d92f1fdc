"""What a server may send, and what of it gets in; real sockets."""

import gzip
import socket
import threading
import time
import tracemalloc
from contextlib import suppress

import pytest
import requests

from source_afas.afas import connections
from source_afas.afas.errors import BodyTooLarge, SentElsewhere

OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"


@pytest.fixture
def serve():
    """Serve every connection by a function that is given the socket, once a request has come; return the address."""
    servers = []

    def serve(answer):
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)

        def listen():
            try:
                while True:
                    connection, _ = server.accept()
                    connection.recv(10_000)
                    with suppress(OSError):
                        answer(connection)
                    connection.close()
            except OSError:
                return

        threading.Thread(target=listen, daemon=True).start()
        return f"http://127.0.0.1:{server.getsockname()[1]}/metainfo"

    yield serve
    for server in servers:
        server.close()


@pytest.fixture
def session():
    with requests.Session() as session:
        session.mount("http://", connections.Connections())
        yield session


def test_a_body_without_end_stops_where_there_is_no_more_room_for_it(serve, session):
    def endless(connection):
        connection.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")

    address = serve(endless)
    tracemalloc.start()
    try:
        with pytest.raises(BodyTooLarge):
            session.get(address, timeout=5)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 3 * connections.LARGEST_BODY


def test_a_gigabyte_packed_into_a_megabyte_stops_there_too(serve, session):
    packed = gzip.compress(b"\0" * 500_000_000, compresslevel=1)
    head = b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)

    with pytest.raises(BodyTooLarge):
        session.get(serve(lambda connection: connection.sendall(OK + head + packed)), timeout=5)


def test_one_row_may_be_larger(serve, session):
    size = connections.LARGEST_BODY + 1
    address = serve(lambda connection: connection.sendall(OK + b"Content-Length: %d\r\n\r\n" % size + b"x" * size))

    with pytest.raises(BodyTooLarge):
        session.get(address, timeout=5)
    with connections.one_row():
        assert len(session.get(address, timeout=5).content) == size
    with pytest.raises(BodyTooLarge):
        session.get(address, timeout=5)


def test_afas_ends_a_query_before_this_source_hangs_up():
    """AFAS itself stops at 900 seconds, and goes on until then with a query that nobody waits for any more."""
    assert connections.LONGEST_ANSWER_SECONDS > 900


def test_a_body_may_take_as_long_as_an_answer(serve, session):
    def late(connection):
        connection.sendall(OK + b"Content-Length: 2\r\n\r\nx")
        time.sleep(0.3)
        connection.sendall(b"x")

    connect_seconds, seconds = 0.1, 5

    assert session.get(serve(late), timeout=(connect_seconds, seconds)).content == b"xx"


def test_a_body_that_ends_too_early_is_none(serve, session):
    address = serve(lambda connection: connection.sendall(OK + b"Content-Length: 100\r\n\r\n" + b"x" * 99))

    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        session.get(address, timeout=5)


def test_a_body_that_stalls_is_a_time_out_and_no_lost_connection(serve, session):
    """A lost connection would be asked again at once, beside the query that AFAS is still at work on."""
    stalled = threading.Event()

    def stall(connection):
        connection.sendall(OK + b"Content-Length: 100\r\n\r\nx")
        stalled.wait(5)

    with pytest.raises(requests.ReadTimeout):
        session.get(serve(stall), timeout=0.2)
    stalled.set()


def test_a_body_that_drips_in_ends_with_the_time_for_an_answer(serve, session, monkeypatch):
    monkeypatch.setattr(connections, "LONGEST_ANSWER_SECONDS", 0.3)

    def drip(connection):
        connection.sendall(OK + b"Content-Length: 1000000\r\n\r\n")
        while True:
            connection.sendall(b"x")
            time.sleep(0.01)

    began = time.monotonic()
    with pytest.raises(requests.ReadTimeout):
        session.get(serve(drip), timeout=5)
    assert time.monotonic() - began < 3


def test_no_cookie_is_kept(serve):
    """One session serves all threads, and logins of all kinds."""
    answer = OK + b"Set-Cookie: session=of-somebody\r\nContent-Length: 0\r\n\r\n"

    response = connections.SESSION.get(serve(lambda connection: connection.sendall(answer)), timeout=5)

    assert response.headers["Set-Cookie"]
    assert not connections.SESSION.cookies


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:1/metainfo",
        "https://127.0.0.1/metainfo",
        "https://{here}/metainfo",
        "//stranger.invalid/",
        "file:///etc/passwd",
        "http://[::1",
    ],
)
def test_nothing_follows_a_redirect_to_another_host(serve, session, location):
    def answer(connection):
        there = location.format(here="{}:{}".format(*connection.getsockname()))
        connection.sendall(f"HTTP/1.1 302 Found\r\nLocation: {there}\r\nContent-Length: 0\r\n\r\n".encode())

    with pytest.raises(SentElsewhere):
        session.get(serve(answer), timeout=5)


def test_a_redirect_that_goes_round_ends(serve, session):
    answer = b"HTTP/1.1 302 Found\r\nLocation: /again\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

    with pytest.raises(requests.TooManyRedirects):
        session.get(serve(lambda connection: connection.sendall(answer)), timeout=5)
