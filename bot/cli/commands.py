"""`bot demo`, `bot run`, `bot check`, `bot ledger`, `bot grant`, `bot jobs`,
`bot backup`, `bot restore`.

Knows nothing of how any of it is done. Exit 0: good; 2: something for the operator to mend, said
in words and without a traceback.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import click

from bot import app
from bot.cli.granting import grant, read_wish
from bot.errors import EaselError, SettingsError, StoreError
from bot.money import auditing
from bot.money.plan_file import load_plans
from bot.settings import Settings, load, read
from bot.store.folder import claim
from bot.store.sqlite import SqliteStore, open_store, restore

T = TypeVar("T")

ENV_FILE = Path(".env")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Easel makes pictures and videos in Telegram.

    New here? `bot demo` shows everything in your browser, with no token, key or internet.
    """


@main.command("demo")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8765,
    show_default=True,
    help="Where the chat page is served.",
)
@click.option(
    "--speed",
    type=click.FloatRange(0, min_open=True),
    default=10.0,
    show_default=True,
    help="Times faster than the real ones.",
)
def demo_command(port: int, speed: float) -> None:
    """The whole product on this machine: chat page, providers that draw, the real bot."""
    from bot.cli.demo import demo  # noqa: PLC0415  # `bot run` need not carry the sandbox

    with _in_words():
        asyncio.run(_until_stopped(demo(port, speed)))


@main.command("run")
def run_command() -> None:
    """The bot, from the environment and `.env`."""
    with _in_words():
        settings = load(os.environ, ENV_FILE)
        asyncio.run(_until_stopped(_run(settings)))


async def _run(settings: Settings) -> None:
    async with app.start(settings) as easel:
        click.echo(f"Easel is running as @{easel.username}. Stop it with Ctrl-C.")
        await easel.run()


@main.command("check")
@click.option("--online", is_flag=True, help="Also ask Telegram who the token belongs to.")
def check_command(*, online: bool) -> None:
    """Say in words what is missing or wrong in the settings, and what to do."""
    with _in_words():
        settings = load(os.environ, ENV_FILE)
        load_plans(settings.bot_plans_file)
        click.echo("The settings are complete.")
        if online:
            asyncio.run(_check_online(settings))


async def _check_online(settings: Settings) -> None:
    async with asyncio.timeout(20), app.connected_bot(settings) as bot:
        click.echo(f"Telegram knows the bot as @{bot.username}.")


@main.command("ledger")
@click.option("--verify", is_flag=True, required=True, help="Recompute every sum.")
def ledger_command(*, verify: bool) -> None:
    """Recompute every balance, hold and allowance from the entries."""
    del verify
    with _in_words():
        findings = _with_store(auditing.verify)
        for finding in findings:
            click.echo(finding)
        if findings:
            raise SettingsError(
                [f"{len(findings)} difference(s): restore a backup or ask for help"]
            )
        click.echo("Every balance, hold and allowance is the sum of its entries.")


# A group's id begins with a dash, as an option does.
@main.command("grant", context_settings={"ignore_unknown_options": True})
@click.argument("user", type=int)
@click.argument("amount")
@click.option("--reason", default="", help="Why, for the book.")
@click.option("--take-back", is_flag=True, help="Take AMOUNT out of the balance instead.")
def grant_command(user: int, amount: str, reason: str, *, take_back: bool) -> None:
    """Add AMOUNT đồng (50000, 50k, 5tr) to the balance of USER, who is told.

    USER is the Telegram id of a person who has written to the bot, or the negative one of a group
    the bot has been in (-1001234567890): what it pays for its members comes from there. The running
    bot sees it at once.
    """
    with _in_words():
        wish = read_wish(user, amount, reason, is_back=take_back)
        plans = load_plans(read(os.environ, ENV_FILE).bot_plans_file)
        click.echo(_with_store(lambda store: grant(store, plans, wish)))


@main.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
def backup_command(file: Path) -> None:
    """A consistent copy of the database, also while the bot runs."""
    with _in_words():
        _with_store(lambda store: store.backup(file))
        click.echo(f"Copied to {file}.")


@main.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--force", is_flag=True, help="Overwrite the database that is there.")
def restore_command(file: Path, *, force: bool) -> None:
    """Put a copy made by `bot backup` in the place of the database; the bot must not run."""
    with _in_words():
        settings = read(os.environ, ENV_FILE)
        with claim(settings.bot_data_dir):
            restore(file, settings.bot_data_dir / app.DATABASE_NAME, overwrite=force)
        click.echo(f"Restored from {file}.")


@main.command("jobs")
@click.option("--stuck", is_flag=True, help="Only those whose outcome needs a look.")
def jobs_command(*, stuck: bool) -> None:
    """What is under way, a line each; the oldest first."""
    statement = "jobs_stuck" if stuck else "jobs_open"
    with _in_words():
        rows = _with_store(lambda store: store.all(statement))
        for row in rows:
            click.echo(
                f"{row['job_id']}  {row['state']:<12}  {row['provider']:<8}  "
                f"{row['operation']:<9}  user {row['user_id']}"
            )
        click.echo(f"{len(rows)} job(s).")


def _with_store(work: Callable[[SqliteStore], Awaitable[T]]) -> T:
    """Do something beside the running bot, in its database."""

    async def inner() -> T:
        path = read(os.environ, ENV_FILE).bot_data_dir / app.DATABASE_NAME
        if not path.exists():
            raise StoreError(
                f"There is no database at {path}: set BOT_DATA_DIR, or `bot run` first"
            )
        async with open_store(path) as store:
            return await work(store)

    return asyncio.run(inner())


async def _until_stopped(work: Awaitable[None]) -> None:
    """Until it ends by itself or somebody asks it to: Ctrl-C, or the system's SIGTERM."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task


@contextlib.contextmanager
def _in_words() -> Iterator[None]:
    """What the operator can mend is said in words; exit 2."""
    try:
        yield
    except SettingsError as error:
        for problem in error.problems:
            click.echo(f"✗ {problem}", err=True)
        sys.exit(2)
    except EaselError as error:
        click.echo(f"✗ {error}", err=True)
        sys.exit(2)
    except TimeoutError:
        click.echo("✗ Telegram does not answer: check the network and TELEGRAM_API_URL.", err=True)
        sys.exit(2)
