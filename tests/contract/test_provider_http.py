"""Downloads from strangers and uploads: what leaves this machine, and what is made of it.

Strangers' hosts cannot be had in a test, so a small internet stands where bytes leave.
"""

from __future__ import annotations

import contextlib
import io
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import ClassVar

import httpx
import pytest
from provider_pairs import impatient
from way_out import KEY, fetch

from bot.errors import AccountUnusable, BadAddress, Rejected, Unreachable
from bot.providers.http import Http, Network

HOME = "https://api.home.example"
HOME_LOCAL = "http://127.0.0.1:9000"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
CDN_IP, OTHER_IP = "93.184.216.34", "2606:4700:4700::1111"

Page = Callable[[httpx.Request], httpx.Response]


def picture(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, content=PICTURE)


def moved(location: str) -> Page:
    return lambda _: httpx.Response(302, headers={"Location": location, "Set-Cookie": "a=b"})


def refused(status: int) -> Page:
    return lambda _: httpx.Response(status, json={"detail": "<b>no</b>"})


class Internet(httpx.AsyncBaseTransport):
    """Names, machines and pages; a machine that is not listed refuses connections."""

    def __init__(self) -> None:
        self.names: dict[str, list[list[str]]] = {"cdn.example": [[CDN_IP]]}
        self.pages: dict[str, Page] = {}
        self.dead: set[str] = set()
        self.seen: list[httpx.Request] = []
        self.listener: Callable[[httpx.Request], Awaitable[None]] | None = None

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """Each question takes the next answer; the last one stays."""
        answers = self.names.get(host)
        if answers is None:
            raise OSError(host)
        return answers.pop(0) if len(answers) > 1 else answers[0]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host in self.dead:
            raise httpx.ConnectError("refused")
        self.seen.append(request)
        if self.listener is not None:
            await self.listener(request)
        address = f"{request.url.scheme}://{request.headers['Host']}{request.url.path}"
        return self.pages.get(address, refused(404))(request)

    @property
    def keys(self) -> list[str | None]:
        return [request.headers.get(KEY[0]) for request in self.seen]


@pytest.fixture
def internet() -> Internet:
    return Internet()


@pytest.fixture
async def http(internet: Internet) -> AsyncIterator[Http]:
    network = Network(reads=impatient(), resolve=internet.resolve, transport=internet)
    http = Http("home", key_header=KEY, origins=(f"{HOME}/v1", HOME_LOCAL), network=network)
    async with contextlib.aclosing(http):
        yield http


async def test_a_public_file_is_fetched_from_the_very_address_that_was_checked(
    internet: Internet, http: Http
) -> None:
    internet.pages["https://cdn.example/a.png"] = picture
    internet.names["cdn.example"] = [[CDN_IP], ["127.0.0.1"]]  # the name moves after the check

    assert PICTURE == await fetch(http, "https://cdn.example/a.png")
    [request] = internet.seen
    sent = (request.url.host, request.headers["Host"], request.extensions["sni_hostname"])
    assert (CDN_IP, "cdn.example", "cdn.example") == sent


async def test_a_name_that_moves_home_between_two_tries_is_refused(
    internet: Internet, http: Http
) -> None:
    internet.pages["https://cdn.example/a.png"] = refused(500)
    internet.names["cdn.example"] = [[CDN_IP], ["127.0.0.1"]]
    with pytest.raises(BadAddress):
        await fetch(http, "https://cdn.example/a.png")

    assert [CDN_IP] == [request.url.host for request in internet.seen]


async def test_an_ipv6_host_on_its_own_port_is_asked_by_its_name(
    internet: Internet, http: Http
) -> None:
    internet.names["cdn.example"] = [[OTHER_IP]]
    internet.pages["https://cdn.example:8443/a.png"] = picture

    assert PICTURE == await fetch(http, "https://cdn.example:8443/a.png")
    assert [(OTHER_IP, 8443)] == [(seen.url.host, seen.url.port) for seen in internet.seen]


async def test_when_one_of_a_hosts_machines_is_down_the_next_is_asked(
    internet: Internet, http: Http
) -> None:
    internet.names["cdn.example"] = [[OTHER_IP, CDN_IP]]
    internet.pages["https://cdn.example/a.png"] = picture
    internet.dead.add(OTHER_IP)

    assert PICTURE == await fetch(http, "https://cdn.example/a.png")


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.0.0.7"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:93.184.216.34"],
        ["64:ff9b::5db8:d822"],
        [CDN_IP, "192.168.1.1"],
    ],
)
async def test_a_host_with_any_address_inside_is_never_asked(
    internet: Internet, http: Http, addresses: list[str]
) -> None:
    internet.names["cdn.example"] = [addresses]
    with pytest.raises(BadAddress):
        await fetch(http, "https://cdn.example/a.png")

    assert [] == internet.seen


@pytest.mark.parametrize(
    "url",
    [
        "http://cdn.example/a.png",
        "http://127.0.0.1:9001/a.png",
        "https://user:word@cdn.example/a.png",
        f"{HOME}@cdn.example/a.png",
        "file:///etc/passwd",
        "ftp://cdn.example/a.png",
        "//cdn.example/a.png",
        "a.png",
        "https://",
        "",
    ],
)
async def test_only_plain_https_addresses_of_strangers_are_fetched(
    internet: Internet, http: Http, url: str
) -> None:
    with pytest.raises(BadAddress):
        await fetch(http, url)
    internet.pages["https://cdn.example/start"] = moved(url)
    if "://" in url:
        with pytest.raises(BadAddress):
            await fetch(http, "https://cdn.example/start")

    assert {CDN_IP} >= {request.url.host for request in internet.seen}


async def test_what_is_no_address_at_all_is_not_fetched(http: Http) -> None:
    with pytest.raises(BadAddress, match="not an address"):
        await fetch(http, "https://[::1")


async def test_the_key_goes_home_and_is_not_carried_to_another_host(
    internet: Internet, http: Http
) -> None:
    internet.pages[f"{HOME}/file"] = moved("/file/2")
    internet.pages[f"{HOME}/file/2"] = moved("https://cdn.example/a.png")
    internet.pages["https://cdn.example/a.png"] = picture

    assert PICTURE == await fetch(http, f"{HOME}/file")
    assert [KEY[1], KEY[1], None] == internet.keys


async def test_a_stranger_cannot_send_the_key_home_for_us(internet: Internet, http: Http) -> None:
    internet.pages[f"{HOME}/file"] = moved("https://cdn.example/back")
    internet.pages["https://cdn.example/back"] = moved(f"{HOME_LOCAL}/account")
    internet.pages[f"{HOME_LOCAL}/account"] = moved(f"{HOME}/account")
    internet.pages[f"{HOME}/account"] = picture

    await fetch(http, f"{HOME}/file")

    assert [KEY[1], None, None, None] == internet.keys


async def test_a_cookie_is_not_kept(internet: Internet, http: Http) -> None:
    internet.pages[f"{HOME}/file"] = moved("/file/2")
    internet.pages[f"{HOME}/file/2"] = picture

    await fetch(http, f"{HOME}/file")

    assert [None, None] == [request.headers.get("Cookie") for request in internet.seen]


async def test_five_redirects_are_followed(internet: Internet, http: Http) -> None:
    for step in range(5):
        internet.pages[f"https://cdn.example/{step}"] = moved(f"/{step + 1}")
    internet.pages["https://cdn.example/5"] = picture

    assert PICTURE == await fetch(http, "https://cdn.example/0")


async def test_a_sixth_redirect_is_not(internet: Internet, http: Http) -> None:
    internet.pages["https://cdn.example/0"] = moved("/0")
    with pytest.raises(BadAddress):
        await fetch(http, "https://cdn.example/0")

    assert 6 == len(internet.seen)


async def test_a_file_announced_as_too_large_is_not_read(internet: Internet, http: Http) -> None:
    internet.pages["https://cdn.example/a.png"] = picture
    with pytest.raises(Rejected, match="larger than 100 bytes"):
        await fetch(http, "https://cdn.example/a.png", max_bytes=100)


async def test_a_file_that_grows_too_large_is_cut_off(internet: Internet, http: Http) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield PICTURE

    internet.pages["https://cdn.example/a.png"] = lambda _: httpx.Response(200, content=endless())
    with pytest.raises(Rejected, match="larger"):
        await fetch(http, "https://cdn.example/a.png")


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_a_strangers_no_is_about_the_file(
    internet: Internet, http: Http, status: int
) -> None:
    internet.pages["https://cdn.example/a.png"] = refused(status)
    with pytest.raises(Rejected) as refusal:
        await fetch(http, "https://cdn.example/a.png")

    assert ("no", status) == (refusal.value.detail, refusal.value.status)


async def test_a_no_from_home_is_about_the_key(internet: Internet, http: Http) -> None:
    internet.pages[f"{HOME}/file"] = refused(403)
    with pytest.raises(AccountUnusable):
        await fetch(http, f"{HOME}/file")


async def test_a_file_that_fails_to_come_is_asked_for_again_then_given_up(
    internet: Internet, http: Http
) -> None:
    internet.pages["https://cdn.example/a.png"] = refused(502)
    with pytest.raises(Unreachable):
        await fetch(http, "https://cdn.example/a.png")

    assert 3 == len(internet.seen)


async def test_a_name_nobody_knows_may_be_known_later(http: Http) -> None:
    with pytest.raises(Unreachable):
        await fetch(http, "https://nowhere.example/a.png")


async def test_what_the_reader_raises_is_left_alone(internet: Internet, http: Http) -> None:
    internet.pages["https://cdn.example/a.png"] = picture
    with pytest.raises(TimeoutError, match="of the reader"):
        async with http.stream("https://cdn.example/a.png", headers={}, max_bytes=10**6):
            raise TimeoutError("of the reader")


async def test_an_upload_goes_out_in_pieces_with_its_length_told(
    internet: Internet, http: Http, tmp_path: Path
) -> None:
    large = tmp_path / "large.png"
    with large.open("wb") as file:
        file.truncate(30_000_000)
    pieces: list[int] = []

    async def take(request: httpx.Request) -> None:
        stream = request.stream
        assert isinstance(stream, httpx.AsyncByteStream)
        pieces.extend([len(piece) async for piece in stream])

    internet.listener = take
    internet.pages[f"{HOME}/v1/upload"] = lambda _: httpx.Response(200, json={"path": "p"})

    assert {"path": "p"} == await http.upload(f"{HOME}/v1/upload", "file", large)
    [request] = internet.seen
    assert sum(pieces) == int(request.headers["Content-Length"])
    assert max(pieces) <= 1_000_000


class WatchedFile(io.FileIO):
    """Notes on which threads it is used."""

    used_on: ClassVar[set[int]] = set()

    def read(self, size: int | None = -1, /) -> bytes:
        self.used_on.add(threading.get_ident())
        return super().read(-1 if size is None else size) or b""

    def close(self) -> None:
        self.used_on.add(threading.get_ident())
        super().close()


class WatchedPath(type(Path())):  # type: ignore[misc]  # which class it is the machine decides
    def open(self, *_: object, **__: object) -> WatchedFile:
        return WatchedFile(self)


async def test_an_uploads_file_is_read_where_nobody_has_to_wait(
    internet: Internet, http: Http, tmp_path: Path
) -> None:
    (tmp_path / "a.png").write_bytes(b"pixels" * 100_000)
    bodies: list[bytes] = []

    async def take(request: httpx.Request) -> None:
        bodies.append(await request.aread())

    internet.listener = take
    internet.pages[f"{HOME}/v1/upload"] = lambda _: httpx.Response(200, json={})
    await http.upload(f"{HOME}/v1/upload", "file", WatchedPath(tmp_path / "a.png"))

    assert WatchedFile.used_on
    assert threading.get_ident() not in WatchedFile.used_on
    assert b"pixels" * 100_000 in bodies[0]


async def test_a_file_that_is_not_there_is_refused_unsent(
    internet: Internet, http: Http, tmp_path: Path
) -> None:
    with pytest.raises(Rejected):
        await http.upload(f"{HOME}/v1/upload", "file", tmp_path / "gone.png")

    assert [] == internet.seen
