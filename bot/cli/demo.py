"""`bot demo`: a sandbox and the real bot in one process, and a page to talk with it.

The bot is told addresses and keys and nothing else; it does not know where it lives.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import tempfile
from pathlib import Path

import click

from bot import app
from bot.errors import SettingsError
from bot.i18n import I18n
from bot.model import UserId
from bot.money import ledger
from bot.sandbox.town import build_town, settle_people
from bot.settings import Settings, load
from bot.store.sqlite import open_store
from bot.web import listen, make_server

HOST = "127.0.0.1"
POLL_S = 0.2
"""The demo's providers are quick, so they are asked often."""

GROUP_HAS_VND = 50_000
"""So that who pays can be tried."""


async def demo(port: int, speed: float) -> None:
    """Serve the page and run the bot until cancelled. Raises SettingsError: the port is taken."""
    taken = _take(port)
    with tempfile.TemporaryDirectory(prefix="easel-demo-") as folder:
        home = Path(folder)
        town = build_town(f"http://{HOST}:{port}", home / "town", speed=speed)
        settled = settle_people(town.world)
        server = make_server(town.app, HOST, port)
        serving = asyncio.create_task(server.serve(sockets=[taken]))
        try:
            settings = load(
                {
                    **town.settings(),
                    "BOT_DATA_DIR": str(home / "data"),
                    "BOT_ADMIN_IDS": str(settled.operator_id),
                    "BOT_WEB_LISTEN": "",
                    "BOT_POLL_SECONDS": str(POLL_S),
                },
                None,
            )
            await _fill_wallet(settings, settled.group_id)
            async with app.start(settings) as easel:
                click.echo(f"\n  Easel's demo is ready. Open  {town.page_url}\n")
                click.echo("  Write /img một chú mèo cam bên cửa sổ  and press Enter.")
                click.echo(
                    f"  The Art club has {GROUP_HAS_VND:,} đồng: An may let it pay, /settings there."
                )
                click.echo("  Shop runs the bot: /admin, /stats, /grant, /voucher, as that person.")
                click.echo("  Nothing leaves this machine. Stop with Ctrl-C.\n")
                await easel.run()
        finally:
            await town.aclose()
            server.should_exit = True
            with contextlib.suppress(asyncio.CancelledError):
                await serving


async def _fill_wallet(settings: Settings, group_id: int) -> None:
    """There is no `bot grant` for a folder that nobody is told of."""
    settings.bot_data_dir.mkdir()
    why = I18n.load().tongue(settings.bot_language).text("demo.reason")
    async with open_store(settings.bot_data_dir / app.DATABASE_NAME) as store:
        await store.write(
            lambda tx: ledger.enter(
                tx,
                UserId(group_id),
                ledger.EntryKind.GRANT,
                GROUP_HAS_VND,
                ledger.Act("demo", "bot demo", why, app.wall_clock()),
            )
        )


def _take(port: int) -> socket.socket:
    try:
        return listen(HOST, port)
    except OSError as error:
        raise SettingsError(
            [f"Port {port} is taken on this machine. Try: bot demo --port {port + 1}"]
        ) from error
