"""Wires that break below HTTP: what is then believed of an order, a read and a download.

Each breaks on a real loopback connection.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from provider_pairs import impatient
from serving import closed_origin
from way_out import KEY, client, fetch

from bot.errors import OutcomeUnknown, Unreachable
from bot.providers.http import Network

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def wire(handler: Handler) -> AsyncIterator[str]:
    """A server that speaks as the handler does, and hangs up after it; its origin."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await handler(reader, writer)
        finally:
            writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Reads the request and says nothing."""


async def stay_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-hello\r\n\r\n")


async def never_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
    await reader.read()


async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    with contextlib.suppress(ConnectionError):
        for _ in range(200):
            writer.write(b" " * 65536)
            await writer.drain()


@pytest.mark.parametrize("handler", [hang_up, stay_silent, babble, never_end, pour])
async def test_a_submit_whose_answer_breaks_may_have_arrived(handler: Handler) -> None:
    network = Network(silence_s=0.2)
    async with wire(handler) as origin, client(origin, network) as http:
        with pytest.raises(OutcomeUnknown):
            await http.submit(f"{origin}/imagine", {})


@pytest.mark.parametrize("handler", [hang_up, stay_silent, babble, never_end])
async def test_a_read_whose_answer_breaks_is_unreachable(handler: Handler) -> None:
    network = Network(silence_s=0.2, reads=impatient())
    async with wire(handler) as origin, client(origin, network) as http:
        with pytest.raises(Unreachable):
            await http.read(f"{origin}/job")


async def test_an_answer_that_never_ends_is_given_up_as_a_whole() -> None:
    network = Network(answer_s=0.2, reads=impatient())
    async with wire(never_end) as origin, client(origin, network) as http:
        with pytest.raises(OutcomeUnknown):
            await http.submit(f"{origin}/imagine", {})


async def test_a_download_that_never_ends_is_given_up_as_a_whole() -> None:
    network = Network(download_s=0.2)
    async with wire(never_end) as origin, client(origin, network) as http:
        with pytest.raises(Unreachable, match="too long"):
            await fetch(http, f"{origin}/file")


async def test_the_key_is_sent_to_its_own_origin_only() -> None:
    heads: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as server:
        other = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with client(closed_origin(), Network()) as http:
            assert {} == await http.read(f"{other}/job")

    assert [False] == [KEY[1].encode() in head for head in heads]
