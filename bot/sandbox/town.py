"""The whole sandbox as one ASGI app: a Telegram, two providers, a chat page, some people.

Knows nothing of the bot: whoever starts it is told addresses and keys, as with the real ones.
"""

from __future__ import annotations

import dataclasses
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.sandbox.apiframe import ApiframeSandbox
from bot.sandbox.botapi import botapi
from bot.sandbox.flow import FlowSandbox
from bot.sandbox.limits import Limits
from bot.sandbox.page import page
from bot.sandbox.service import Account
from bot.sandbox.tasks import Pace
from bot.sandbox.world import World

BOT_TOKEN = "7000000000:sandbox-token-of-nobody-000000000000"  # noqa: S105  # opens nothing
APIFRAME_KEY = "sandbox-apiframe-key"
FLOW_KEY = "sandbox-flow-key"
WEBHOOK_SECRET = "sandbox-webhook-secret"  # noqa: S105  # opens nothing


@dataclasses.dataclass(frozen=True)
class Town:
    """A sandbox to be served at ``address``; ``app`` is all of it."""

    address: str
    world: World
    apiframe: ApiframeSandbox
    flow: FlowSandbox
    pace: Pace
    app: ASGIApp
    page_path: str

    @property
    def page_url(self) -> str:
        return f"{self.address}/{self.page_path}/"

    def settings(self) -> dict[str, str]:
        """What a bot must be told to live here, as environment variables."""
        return {
            "TELEGRAM_BOT_TOKEN": BOT_TOKEN,
            "TELEGRAM_API_URL": self.address,
            "APIFRAME_API_KEY": APIFRAME_KEY,
            "APIFRAME_URL": f"{self.address}/apiframe/pro",
            "APIFRAME_FETCH_URL": f"{self.address}/apiframe",
            "FLOW_API_KEY": FLOW_KEY,
            "FLOW_URL": f"{self.address}/flow/public/api/v1",
        }

    def settings_with_webhooks(self, listen: str) -> dict[str, str]:
        """The same for a bot that serves its own web at ``listen`` (`127.0.0.1:PORT`) and is called there."""
        return {
            **self.settings(),
            "BOT_WEB_LISTEN": listen,
            "BOT_PUBLIC_URL": f"http://{listen}",
            "APIFRAME_WEBHOOK_SECRET": WEBHOOK_SECRET,
        }

    async def aclose(self) -> None:
        """Nothing is sent from here any more; for when ``app`` is served no longer."""
        await self.apiframe.aclose()
        await self.world.updates.posting.aclose()


def build_town(
    address: str,
    media_dir: Path,
    *,
    speed: float,
    limits: Limits | None = None,
    check_call: Callable[[str, dict[str, Any]], None] | None = None,
    flow_lanes: int = 3,
    clock: Callable[[], float] = time.time,
) -> Town:
    """``address``: where ``app`` will be served, as `http://127.0.0.1:PORT`; close it then.

    ``clock``: Telegram's, in seconds since the epoch.
    """
    pace = Pace(speed=speed)
    (media_dir / "tg").mkdir(parents=True, exist_ok=True)
    world = World(
        token=BOT_TOKEN,
        clock=clock,
        limits=limits,
        check_call=check_call,
        folder=media_dir / "tg",
        speed=lambda: pace.speed,
    )
    apiframe = ApiframeSandbox(
        Account(APIFRAME_KEY, pace, f"{address}/apiframe", media_dir / "apiframe")
    )
    flow = FlowSandbox(
        Account(FLOW_KEY, pace, f"{address}/flow", media_dir / "flow"), lanes=flow_lanes
    )
    page_path = secrets.token_urlsafe(16)
    services = Starlette(
        routes=[
            Mount("/apiframe", apiframe.app),
            Mount("/flow", flow.app),
            Mount("/", botapi(world)),
        ]
    )
    chat_page = page(world, token_path=page_path, pace=pace)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        is_page = scope.get("path", "").startswith(f"/{page_path}")
        await (chat_page if is_page else services)(scope, receive, send)

    return Town(address, world, apiframe, flow, pace, app, page_path)


@dataclasses.dataclass(frozen=True)
class Settled:
    """Who lives in a new town."""

    operator_id: int
    """Who runs the bot, if it is told so."""
    group_id: int


def settle_people(world: World) -> Settled:
    """Three people who never met the bot, who runs it, a group and a forum: a newcomer can try
    everything at once.
    """
    an, ben, chi = (
        world.add_user(name, language_code=code, username=name.lower(), has_started=False)["id"]
        for name, code in (("An", "vi"), ("Ben", "en"), ("Chi", "vi"))
    )
    operator = world.add_user("Shop", language_code="vi", username="shop")
    group = world.add_group("Nhóm vẽ · Art club", [an, ben, chi], admins=[an])
    forum = world.add_group("Xưởng · Workshop", [an, ben, chi], admins=[an, ben], is_forum=True)
    for topic in ("Ảnh · Pictures", "Chuyện phiếm · Chit-chat"):
        world.add_topic(forum["id"], topic)
    return Settled(operator["id"], group["id"])
