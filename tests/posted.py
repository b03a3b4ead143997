"""A bot that Telegram calls: what it is told, and calls made in Telegram's place.

Knows nothing of any one story.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from serving import free_port
from story import Story, living_bot, served_town, settings_for

from bot.sandbox.posting import SECRET_HEADER

SECRET = "a-secret-between-two"  # of a test


def webhook_settings(port: int) -> dict[str, str]:
    """What turns polling into being called, at a port of this machine."""
    return {
        "TELEGRAM_UPDATES": "webhook",
        "TELEGRAM_WEBHOOK_SECRET": SECRET,
        "BOT_WEB_LISTEN": f"127.0.0.1:{port}",
        "BOT_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }


@dataclass
class Posted:
    """A bot in webhook mode, and somebody who calls it as Telegram does."""

    story: Story
    port: int

    async def call(self, body: Any, *, secret: str | None = SECRET) -> int:
        """The HTTP status of a call; a body of bytes goes as it is."""
        headers = {} if secret is None else {SECRET_HEADER: secret}
        form: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body}
        async with httpx.AsyncClient(trust_env=False) as client:
            url = f"http://127.0.0.1:{self.port}/telegram"
            return (await client.post(url, headers=headers, **form)).status_code

    async def is_set(self) -> None:
        """Until Telegram knows where to call."""
        await self.story.world.wait_for(
            lambda world: any(call.method == "setWebhook" and call.ok for call in world.calls)
        )


@contextlib.asynccontextmanager
async def posted(folder: Path, **more: str) -> AsyncIterator[Posted]:
    port = free_port()
    async with served_town(folder / "town") as town:
        environ = settings_for(town, folder / "data", **{**webhook_settings(port), **more})
        async with living_bot(environ):
            yield Posted(Story(town, folder / "data"), port)
