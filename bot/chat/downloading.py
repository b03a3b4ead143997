"""Files people sent, fetched from Telegram to disk. Knows nothing of what they are.

Telegram's library reads a file whole into memory; here it is written as it comes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

from telegram import Bot
from telegram.error import BadRequest, NetworkError
from telegram.request import HTTPXRequest

from bot import media
from bot.chat.pictures import TELEGRAM_MAX_BYTES
from bot.errors import BadPicture, FileTooBig, Flaw
from bot.providers.http import NO_ANSWER, trusted

CONNECTIONS = 4
_LOCAL_CHUNK_BYTES = 1024 * 1024


class FileRequest(HTTPXRequest):
    """The library's connection, which hands a file over in pieces.

    What the library offers reads an answer whole, so its client is used here as it is: with the
    proxy and the connections it was made with.
    """

    async def pieces(self, url: str) -> AsyncGenerator[bytes, None]:
        """Raises NetworkError; the address, which holds the token, is in no message of it."""
        try:
            async with self._client.stream("GET", url) as response:
                response.raise_for_status()
                async for chunk in response.aiter_bytes():
                    yield chunk
        except NO_ANSWER as error:
            raise NetworkError(type(error).__name__) from None


class Downloader:
    """Made once."""

    def __init__(self, bot: Bot, request: FileRequest) -> None:
        self._bot = bot
        self._request = request

    async def fetch(self, file_id: str, dest: Path) -> None:
        """Bring the file to ``dest``. Raises BadPicture when it is too large, TelegramError."""
        try:
            file = await self._bot.get_file(file_id)
            path = file.file_path or ""
            pieces = self._request.pieces(path) if "://" in path else _local_pieces(Path(path))
            async with aclosing(pieces) as stream:
                await media.receive(stream, dest, max_bytes=TELEGRAM_MAX_BYTES)
        except FileTooBig as error:
            raise BadPicture(Flaw.TOO_LARGE, str(error)) from error
        except BadRequest as error:
            if "too big" in str(error).lower():
                raise BadPicture(Flaw.TOO_LARGE, str(error)) from error
            raise


@asynccontextmanager
async def open_downloader(bot: Bot, proxy: str | None) -> AsyncIterator[Downloader]:
    """With connections of its own: a long download takes none from what is sent."""
    tls = {"verify": trusted(machine_says=True)}
    async with FileRequest(
        connection_pool_size=CONNECTIONS, proxy=proxy, httpx_kwargs=tls
    ) as request:
        yield Downloader(bot, request)


async def _local_pieces(path: Path) -> AsyncGenerator[bytes, None]:
    """A Bot API server on this machine names a file instead of an address."""
    with await asyncio.to_thread(path.open, "rb") as file:
        while chunk := await asyncio.to_thread(file.read, _LOCAL_CHUNK_BYTES):
            yield chunk
