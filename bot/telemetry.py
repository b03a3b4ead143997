"""What Easel tells its operator: the log, cleaned of secrets, and the metrics.

Knows nothing of what happens, only how it is told. Nothing is set up by importing it.
"""

from __future__ import annotations

import dataclasses
import logging
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any, Literal
from urllib.parse import quote

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

HIDDEN = "[hidden]"

_SHORTEST_SECRET = 4
"""A shorter one would also be found in words that are none."""

_BOT_TOKEN = re.compile(r"\d+(?::|%3A)[A-Za-z0-9_-]{30,}", re.ASCII | re.IGNORECASE)
_SECRET_NAME = re.compile(
    r"authorization|api[-_]?key|secret|token|password|cookie|credential", re.IGNORECASE
)
# A header as json, a query string or a person would write it. A bare "token: --as" is a
# provider's words about a prompt, and stays.
_SECRET_PAIR = re.compile(
    r"""(?P<name>(?:authorization|[\w-]*api[-_]?key|[\w-]+[-_](?:secret|token)|password|cookie)
        (?:["']?\s*[:=]\s*b?["']?|["'],\s*b?["']))
        (?P<value>(?:(?:Bearer|Basic)\s+)?[^\s"',;&}\])]+)""",
    re.IGNORECASE | re.VERBOSE,
)
_URL_PASSWORD = re.compile(r"(://[^/\s:@]*:)[^/\s@]+@")

_QUIET = ("httpx", "httpcore")
"""At INFO they log every address asked for, and the bot token is in Telegram's."""


class Redactor:
    """Hides secrets in what is logged or stored: the known ones, and what looks like one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = {secret for secret in secrets if len(secret) >= _SHORTEST_SECRET}
        known |= {quote(secret, safe="") for secret in known}
        # The longest first, so that no secret is left half hidden by another inside it.
        longest_first = sorted(known, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def clean(self, text: str) -> str:
        """The text with every secret replaced."""
        text = self._known.sub(HIDDEN, text)
        text = _BOT_TOKEN.sub(HIDDEN, text)
        text = _URL_PASSWORD.sub(rf"\1{HIDDEN}@", text)
        return _SECRET_PAIR.sub(rf"\g<name>{HIDDEN}", text)

    def clean_value(self, value: Any) -> Any:
        """The same for any value; what is neither text, number nor collection becomes text."""
        match value:
            case None | bool() | int() | float():
                return value
            case str():
                return self.clean(value)
            case Mapping():
                return {
                    self.clean(str(name)): self._clean_named(str(name), inner)
                    for name, inner in value.items()
                }
            case list() | tuple() | set() | frozenset():
                return [self.clean_value(inner) for inner in value]
            case _:
                return self.clean(repr(value))

    def __call__(self, _logger: Any, _method: str, event: Mapping[str, Any]) -> dict[str, Any]:
        """As structlog calls a processor."""
        return {name: self._clean_named(name, value) for name, value in event.items()}

    def _clean_named(self, name: str, value: Any) -> Any:
        is_text = isinstance(value, str | bytes)
        return HIDDEN if is_text and _SECRET_NAME.search(name) else self.clean_value(value)


def configure(log_format: Literal["console", "json"], redactor: Redactor) -> None:
    """Send structlog's and the standard library's log to stderr, one cleaned line per event.

    Replaces whatever was set up before. Times are UTC.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            redactor,  # after exceptions became text, before anything is written
            _renderer(log_format),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


def _renderer(log_format: Literal["console", "json"]) -> structlog.typing.Processor:
    if log_format == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(),
        # The pretty one prints local variables, which nobody has cleaned.
        exception_formatter=structlog.dev.plain_traceback,
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Metrics:
    """Everything counted, in a registry of its own. The labels stand in ``create_metrics``."""

    registry: CollectorRegistry
    jobs: Counter
    provider_calls: Counter
    telegram_calls: Counter
    outbox_waiting: Gauge
    update_seconds: Histogram
    delivery_seconds: Histogram


def create_metrics() -> Metrics:
    """The metrics at zero. Labels take words of ours only, so that their number stays small."""
    registry = CollectorRegistry()
    return Metrics(
        registry=registry,
        jobs=Counter(
            "easel_jobs",
            "Jobs that came into a state",
            ["state", "operation", "provider"],
            registry=registry,
        ),
        provider_calls=Counter(
            "easel_provider_calls",
            "Calls to providers by what came of them",
            ["provider", "call", "outcome"],
            registry=registry,
        ),
        telegram_calls=Counter(
            "easel_telegram_calls",
            "Calls to Telegram by what came of them",
            ["method", "outcome"],
            registry=registry,
        ),
        outbox_waiting=Gauge(
            "easel_outbox_waiting", "Things to say that wait to be sent", registry=registry
        ),
        update_seconds=Histogram(
            "easel_update_seconds",
            "From an update's arrival to the end of its handling",
            buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30),
            registry=registry,
        ),
        delivery_seconds=Histogram(
            "easel_delivery_seconds",
            "From a result being ready to its being shown",
            buckets=(0.3, 1, 3, 10, 30, 100, 300),
            registry=registry,
        ),
    )
