"""The way out to one provider that has a key, for tests of what is sent on it and what comes back."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from bot.providers.http import Http, Network

KEY = ("X-API-Key", "key-of-the-operator")


async def fetch(http: Http, url: str, max_bytes: int = 10**6) -> bytes:
    async with http.stream(url, headers=http.key, max_bytes=max_bytes) as chunks:
        return b"".join([chunk async for chunk in chunks])


@contextlib.asynccontextmanager
async def client(origin: str, network: Network) -> AsyncIterator[Http]:
    http = Http("home", key_header=KEY, origins=(origin,), network=network)
    async with contextlib.aclosing(http):
        yield http
