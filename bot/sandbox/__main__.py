"""The sandbox alone, for a bot started beside it: `python -m bot.sandbox [--port 8765]`.

Prints what `bot run` must be told, as lines for a `.env`, and then serves until it is stopped.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import click
import uvicorn

from bot.sandbox.town import build_town, settle_people


@click.command(help=__doc__)
@click.option("--port", default=8765, show_default=True)
@click.option("--speed", default=10.0, show_default=True, help="Times faster than the real ones.")
def main(port: int, speed: float) -> None:
    with tempfile.TemporaryDirectory(prefix="easel-sandbox-") as folder:
        town = build_town(f"http://127.0.0.1:{port}", Path(folder), speed=speed)
        settle_people(town.world)
        click.echo(f"# The chat page: {town.page_url}")
        for name, value in town.settings().items():
            click.echo(f"{name}={value}")
        click.echo("BOT_POLL_SECONDS=0.5")
        uvicorn.run(
            town.app,
            host="127.0.0.1",
            port=port,
            log_level="warning",
            timeout_graceful_shutdown=1,
        )


if __name__ == "__main__":
    main()
