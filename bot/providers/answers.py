"""What a provider's HTTP answer means in our error tree. Pure.

Knows nothing of how the answer travelled, of any provider's routes or words, of jobs or money.
"""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any, NoReturn

from bot.errors import AccountUnusable, NotSent, OutcomeUnknown, Rejected, Unreachable
from bot.model import Reason
from bot.providers.reading import clean_text, find_detail, parse_json, read_retry_after

_TEXT_BYTES = 16 * 1024
_SECRET_MIN = 8
"""A key echoed in an answer is blotted out from this length on: shorter ones are in every text."""


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """One answer, read."""

    status: int
    detail: str
    retry_after_s: float | None
    data: Any
    """The JSON; None when there was none."""


def read_answer(status: int, retry_after: str | None, content: bytes, *, secret: str) -> Answer:
    """``retry_after``: the header of that name; ``secret``: our key, which nobody gets to see."""
    if len(secret) >= _SECRET_MIN:
        content = content.replace(secret.encode(), b"***")
    try:
        data = parse_json(content)
    except ValueError:
        data = None
    text = content[:_TEXT_BYTES].decode(errors="replace")
    return Answer(
        status=status,
        detail=clean_text(text) if data is None else find_detail(data),
        retry_after_s=read_retry_after(retry_after, datetime.now(UTC)),
        data=data,
    )


def check_submit(provider: str, answer: Answer) -> None:
    """Raises NotSent, OutcomeUnknown, Rejected, AccountUnusable unless work was surely ordered."""
    check_account(provider, answer)
    status, detail = answer.status, answer.detail
    if status in {429, 503}:
        raise NotSent(provider, detail, status=status, retry_after_s=answer.retry_after_s)
    if 400 <= status < 500 and status != 408:
        raise Rejected(provider, detail, status=status)
    if not 200 <= status < 300 or answer.data is None:
        raise OutcomeUnknown(provider, detail, status=status)


def check_upload(provider: str, answer: Answer) -> None:
    """Raises NotSent, Rejected, AccountUnusable unless the file was taken.

    An upload orders nothing: whatever is unclear about it may simply be sent again.
    """
    check_account(provider, answer)
    status, detail = answer.status, answer.detail
    if 400 <= status < 500 and status not in {408, 425, 429}:
        raise Rejected(provider, detail, status=status)
    if not 200 <= status < 300 or answer.data is None:
        raise NotSent(provider, detail, status=status, retry_after_s=answer.retry_after_s)


def check_read(provider: str, answer: Answer) -> None:
    """Raises Unreachable, AccountUnusable, Rejected unless there is JSON to be read."""
    if not 200 <= answer.status < 300:
        check_account(provider, answer)
        raise_unread(provider, answer)
    if answer.data is None:
        raise Unreachable(provider, answer.detail, status=answer.status)


def check_account(provider: str, answer: Answer) -> None:
    """Raises AccountUnusable when the key or the credits are at fault."""
    if answer.status in {401, 403}:
        raise AccountUnusable(provider, Reason.KEY, answer.detail, status=answer.status)
    if answer.status == 402:
        raise AccountUnusable(provider, Reason.CREDITS, answer.detail, status=402)


def raise_unread(provider: str, answer: Answer) -> NoReturn:
    """Rejected where reading again is useless, else Unreachable."""
    status = answer.status
    if 400 <= status < 500 and status not in {408, 425, 429}:
        raise Rejected(provider, answer.detail, status=status)
    raise Unreachable(provider, answer.detail, status=status, retry_after_s=answer.retry_after_s)
