"""What a provider's answers say, read tolerantly: words, numbers and times of strangers' JSON.

Pure. Knows nothing of HTTP, of any one provider, or of what an answer means for a job.
"""

from __future__ import annotations

import email.utils
import html
import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import structlog

from bot.model import Millis, TaskId

DETAIL_MAX = 300
"""Characters of a provider's text that people get to see."""
OUTPUTS_MAX = 16
"""More files than any job makes: what an answer tells of beyond them is not believed."""
_TEXT_READ = 8192
_WORD_FIELDS = ("errors", "error", "msg", "message", "detail")
_WORDS_DEPTH = 4
_WORDS_REMEMBERED = 50
_SECONDS_BELOW = 100_000_000_000
"""A time below this counts seconds, above it milliseconds (as seconds it is the year 5138)."""

_INVISIBLE = re.compile(r"<(script|style|head)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(r"<title[^<>]*>([^<]*)", re.IGNORECASE)
_TAG = re.compile(r"<[a-z/!?][^<>]*>", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]{0,15}://|\bwww\.)\S+", re.IGNORECASE)
_SECRET = re.compile(
    r"\bbearer\s+\S+|\b(?:api[-_ ]?key|token|secret|password|authorization)[\"']?\s*[:=]\s*\S+",
    re.IGNORECASE,
)
_LONG = re.compile(r"[\w+/=-]{20,}")
_STRAY = re.compile(r"<+(?=[a-z/!?])", re.IGNORECASE)


def clean_text(text: str) -> str:
    """One line of plain text, at most 300 characters, whatever came: no tags, no control signs,
    no addresses and nothing that could be somebody's key.
    """
    text = html.unescape(text[:_TEXT_READ])
    title = _TITLE.search(text)
    text = (title[1] + " " if title else "") + _INVISIBLE.sub(" ", _TITLE.sub(" ", text))
    text = _STRAY.sub("", _TAG.sub(" ", text))
    text = "".join(sign if sign.isprintable() else " " for sign in text)
    text = _LONG.sub(_blotted, _SECRET.sub("***", _ADDRESS.sub("…", text)))
    text = " ".join(text.split())
    return text if len(text) <= DETAIL_MAX else text[: DETAIL_MAX - 1].rstrip() + "…"


def _blotted(found: re.Match[str]) -> str:
    """Letters and digits in one long piece are a key, a signature or a handle."""
    piece = found[0]
    is_mixed = any(map(str.isdigit, piece)) and any(map(str.isalpha, piece))
    return "***" if is_mixed else piece


def find_detail(data: Any) -> str:
    """What the provider says went wrong, cleaned; empty when it says nothing.

    Looked for in ``errors[].msg``, ``error``, ``message`` and ``detail``, each a text, a list
    or an object (docs/providers.md).
    """
    return clean_text(_words(data, _WORDS_DEPTH)) if isinstance(data, Mapping) else ""


def _words(data: Any, depth: int) -> str:
    if isinstance(data, str):
        return data
    if depth == 0:
        return ""
    if isinstance(data, list):
        return "; ".join(filter(None, (_words(item, depth - 1) for item in data)))
    if isinstance(data, Mapping):
        found = (_words(data.get(field), depth - 1) for field in _WORD_FIELDS)
        return next(filter(None, found), "")
    return ""


def parse_json(content: bytes) -> Any:
    """The JSON in an answer's bytes. Raises ValueError for everything else."""
    try:
        return json.loads(content)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def read_percent(value: Any) -> int | None:
    """Whole per cent 0–100 of ``40``, ``40.7``, ``"40"`` or ``"40%"``; None of anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value.strip().removesuffix("%") if isinstance(value, str) else value)
    except (ValueError, OverflowError):
        return None
    return None if math.isnan(number) else int(min(100.0, max(0.0, number)))


def read_count(value: Any) -> int | None:
    """A number of things, as a number or its text; None of anything else."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        return max(0, int(value))
    except ValueError:
        return None


def read_amount(value: Any) -> float | None:
    """An amount such as credits, as a number or its text; None of anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        amount = float(value)
    except (ValueError, OverflowError):
        return None
    return amount if math.isfinite(amount) else None


def read_name(value: Any) -> str | None:
    """A short text for people to read, such as a plan's name; None when there is none."""
    return (clean_text(value) or None) if isinstance(value, str) else None


def list_in(data: Any, *names: str) -> list[Any] | None:
    """A bare list, or the first one under these names; None when there is none."""
    if isinstance(data, list):
        return data
    if not isinstance(data, Mapping):
        return None
    return next((found for name in names if isinstance(found := data.get(name), list)), None)


def read_status(data: Mapping[str, Any]) -> str:
    """The provider's word for how a task stands, in lower case; empty when it gives none."""
    status = data.get("status")
    return status.strip().lower() if isinstance(status, str) else ""


def read_task_id(value: Any) -> TaskId | None:
    """A task's handle, which providers send as text or as a number."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value).strip()
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair: can be neither stored nor asked after
        return None
    return TaskId(text) if text else None


def read_time(value: Any) -> Millis | None:
    """A moment given as ISO 8601 (UTC where it names no zone), seconds or milliseconds."""
    try:
        if isinstance(value, str) and not value.replace(".", "", 1).isdecimal():
            moment = datetime.fromisoformat(value)
            return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
        number = float(value)
        return int(number if number >= _SECONDS_BELOW else number * 1000)
    except (TypeError, ValueError, OverflowError):
        return None


def read_retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait, from a ``Retry-After`` in seconds or as an HTTP date; None: not said."""
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = email.utils.parsedate_to_datetime(value)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            seconds = (moment - now).total_seconds()
        except (ValueError, OverflowError):
            return None
    return max(0.0, seconds) if math.isfinite(seconds) else None


class UnknownWords:
    """Tells the log once of each status word that nobody documented."""

    def __init__(self, provider: str, known: frozenset[str]) -> None:
        self._known = known | {""}
        self._told: set[str] = set()
        self._log = structlog.get_logger(provider=provider)

    def note(self, data: Any) -> None:
        word = clean_text(read_status(data)) if isinstance(data, Mapping) else ""
        if word in self._known or word in self._told or len(self._told) >= _WORDS_REMEMBERED:
            return
        self._told.add(word)
        self._log.warning("provider_status_unknown", status=word)
