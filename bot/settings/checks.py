"""Judges settings that were read: what is missing, malformed or contradicting, and the cure.

Pure: asks no network and no file.
"""

from __future__ import annotations

import dataclasses
import difflib
import ipaddress
import re
import zoneinfo
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from bot.settings.model import Settings

TOKEN_SHAPE = re.compile(r"\d+:[A-Za-z0-9_-]+", re.ASCII)
"""BotFather's have 35 characters after the colon; a test server's may have any number."""

WEBHOOK_SECRET_SHAPE = re.compile(r"[A-Za-z0-9_-]{1,256}", re.ASCII)
"""Bot API, setWebhook, `secret_token`."""

TELEGRAM = "https://api.telegram.org"
WEBHOOK_PORTS = frozenset({443, 80, 88, 8443})
"""Bot API, setWebhook; a server of one's own calls any."""


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """One sentence, cause and cure, about the setting ``name`` ("" when it is about none)."""

    name: str
    sentence: str
    other_name: str = ""
    """A second setting that would have done as well."""


def problems(settings: Settings) -> list[str]:
    """What keeps `bot run` from working with these, a sentence each; empty when nothing does."""
    return [problem.sentence for problem in find_problems(settings)]


def find_problems(settings: Settings) -> list[Problem]:
    checks = (_telegram, _providers, _addresses, _public_address, _called, _listening, _household)
    return [problem for check in checks for problem in check(settings)]


def _telegram(settings: Settings) -> Iterator[Problem]:
    token = settings.telegram_bot_token.get_secret_value()
    if not token:
        yield Problem(
            "TELEGRAM_BOT_TOKEN",
            "TELEGRAM_BOT_TOKEN is missing: get one from @BotFather in Telegram.",
        )
    elif not TOKEN_SHAPE.fullmatch(token):
        yield Problem(
            "TELEGRAM_BOT_TOKEN",
            "TELEGRAM_BOT_TOKEN is no bot token (digits, a colon, 35 characters): copy it again "
            "from @BotFather.",
        )
    secret = settings.telegram_webhook_secret.get_secret_value()
    if secret and not WEBHOOK_SECRET_SHAPE.fullmatch(secret):
        yield Problem(
            "TELEGRAM_WEBHOOK_SECRET",
            "TELEGRAM_WEBHOOK_SECRET has characters Telegram does not take: use 1 to 256 of "
            "A-Z, a-z, 0-9, _ and -, or leave it empty for a random one.",
        )
    proxy = settings.telegram_proxy.get_secret_value()
    if proxy and _split(proxy) is None:
        yield Problem(
            "TELEGRAM_PROXY",
            "TELEGRAM_PROXY is no address of an HTTP proxy: write http://HOST:PORT.",
        )


def _providers(settings: Settings) -> Iterator[Problem]:
    has_apiframe = bool(settings.apiframe_api_key.get_secret_value())
    has_flow = bool(settings.flow_api_key.get_secret_value())
    if not has_apiframe and not has_flow:
        yield Problem(
            "APIFRAME_API_KEY",
            "No provider has a key: set APIFRAME_API_KEY (from the dashboard of "
            "app.apiframe.ai) or FLOW_API_KEY with FLOW_URL (from your Flow AI shop), or both.",
            other_name="FLOW_API_KEY",
        )
    if has_flow and not settings.flow_url:
        yield Problem(
            "FLOW_URL",
            "FLOW_URL is missing beside FLOW_API_KEY: ask your Flow AI shop for the address and "
            "write https://HOST/public/api/v1.",
        )
    wish = settings.bot_image_provider
    if (wish == "apiframe" and not has_apiframe) or (wish == "flow" and not has_flow):
        yield Problem(
            "BOT_IMAGE_PROVIDER",
            f"BOT_IMAGE_PROVIDER is {wish}, which has no key: set {wish.upper()}_API_KEY or "
            "choose the other provider.",
        )


def _addresses(settings: Settings) -> Iterator[Problem]:
    for name in ("TELEGRAM_API_URL", "APIFRAME_URL", "APIFRAME_FETCH_URL", "FLOW_URL"):
        value = getattr(settings, name.lower())
        url = _split(value)
        if value and (url is None or url.username is not None):
            yield Problem(
                name,
                f"{name} is no address: write http:// or https://, a host, and no user, query "
                "or fragment.",
            )
        elif name == "FLOW_URL" and url is not None and not url.path:
            yield Problem(name, "FLOW_URL has no path: the address ends in /public/api/v1.")


def _public_address(settings: Settings) -> Iterator[Problem]:
    name = "BOT_PUBLIC_URL"
    if not settings.bot_public_url:
        return
    url = _split(settings.bot_public_url)
    if url is None or url.username is not None or url.path:
        yield Problem(
            name, "BOT_PUBLIC_URL is no origin: write https://HOST or https://HOST:PORT only."
        )
    elif url.scheme == "http" and not _is_loopback(url.hostname or ""):
        yield Problem(
            name,
            "BOT_PUBLIC_URL is not encrypted: write https:// (http:// is for this machine only).",
        )


def _called(settings: Settings) -> Iterator[Problem]:
    """Whether Telegram could call us, where it is asked to."""
    if settings.telegram_updates != "webhook":
        return
    if not settings.bot_public_url:
        yield Problem(
            "BOT_PUBLIC_URL",
            "BOT_PUBLIC_URL is missing, and TELEGRAM_UPDATES=webhook needs it: write the https:// "
            "address at which Telegram reaches this bot, or use polling, which needs none.",
        )
    url = _split(settings.bot_public_url)
    if url is None or settings.telegram_api_url != TELEGRAM:
        return
    is_at_home = url.scheme == "http" and _is_loopback(url.hostname or "")
    if is_at_home or (url.port or 443) not in WEBHOOK_PORTS:
        yield Problem(
            "BOT_PUBLIC_URL",
            "BOT_PUBLIC_URL is not where Telegram calls: it takes https:// on port 443, 80, 88 or "
            "8443 for TELEGRAM_UPDATES=webhook; use one of them, or polling.",
        )


def _listening(settings: Settings) -> Iterator[Problem]:
    try:
        address = settings.web_address
    except ValueError:
        yield Problem(
            "BOT_WEB_LISTEN",
            f"BOT_WEB_LISTEN is {settings.bot_web_listen!r}: write HOST:PORT such as "
            "127.0.0.1:8080 or [::1]:8080, or leave it empty to switch it off.",
        )
        return
    if address is None and settings.bot_public_url:
        yield Problem(
            "BOT_WEB_LISTEN",
            "BOT_WEB_LISTEN is empty, so nobody would hear what comes to BOT_PUBLIC_URL: set "
            "HOST:PORT, or remove BOT_PUBLIC_URL.",
        )


def _household(settings: Settings) -> Iterator[Problem]:
    if settings.bot_database_url:
        yield Problem(
            "BOT_DATABASE_URL",
            "BOT_DATABASE_URL is set, and Easel keeps its data only in SQLite for now: remove "
            "it; the database is bot.db in BOT_DATA_DIR.",
        )
    zones = zoneinfo.available_timezones()
    if settings.bot_timezone not in zones:
        near = difflib.get_close_matches(settings.bot_timezone, sorted(zones), n=1, cutoff=0)
        yield Problem(
            "BOT_TIMEZONE",
            f"BOT_TIMEZONE is {settings.bot_timezone!r}, which is no time zone: did you mean "
            f"{near[0]}?",
        )


def _split(address: str) -> SplitResult | None:
    """The parts of an http(s) address of a host, with no query or fragment; else None."""
    try:
        url = urlsplit(address)
        url.port  # noqa: B018  # looking is what checks it
    except ValueError:
        return None
    if url.scheme not in {"http", "https"} or not url.hostname or re.search(r"\s", address):
        return None
    return None if url.query or url.fragment else url


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
