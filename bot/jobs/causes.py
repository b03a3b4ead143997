"""What a provider's words about a failure mean, the same wherever it is told or counted. Pure.

Knows nothing of any one provider, nor of how it is said: their words are looked through for known
phrases, and never shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from bot.model import Reason

_SAYS: Final = frozenset({Reason.REFUSED, Reason.FAILED})
"""Where the provider's words are about the request itself."""

_MEANINGS: Final[Mapping[str, re.Pattern[str]]] = {
    meaning: re.compile("|".join(phrases))
    for meaning, phrases in {
        "words": (
            (
                r"\b(?:banned|blocked|bad|forbidden|prohibited|sensitive|disallowed)"
                r"\b[^.;]{0,30}\b(?:word|term|phrase|keyword)s?\b"
            ),
            r"\bbanned prompt\b",
            r"từ (?:ngữ )?(?:bị )?cấm|từ nhạy cảm",
        ),
        "moderated": (
            r"\bmoderat|\bsafety\b|\bunsafe\b|\bnsfw\b|\bsexual|\bnud(?:e|ity)\b|\bviolen",
            r"\bpolic(?:y|ies)\b|\bguidelines\b|\bviolat|\binappropriate\b|\bflagged\b",
            r"\bprominent pe(?:ople|rson)|\bpublic figure|\bminors\b|\bcontent filter",
            r"vi phạm|không phù hợp|nhạy cảm|kiểm duyệt|an toàn",
        ),
        "picture": (
            (
                r"\b(?:invalid|unsupported|corrupt(?:ed)?|broken|bad|unreadable)\b"
                r"[^.;]{0,30}\b(?:image|picture|photo|file)s?\b"
            ),
            (
                r"\b(?:image|picture|photo|file)s?\b[^.;]{0,40}"
                r"\b(?:invalid|unsupported|corrupt|too (?:large|big|small)|not supported|unreadable)"
            ),
            r"\bno picture\b|ảnh[^.;]{0,20}(?:không hợp lệ|bị hỏng|quá lớn|không hỗ trợ)",
        ),
        "too_long": (
            r"\btoo long\b|\bmax(?:imum)?\b[^.;]{0,20}\b(?:length|characters|tokens)\b",
            r"\bexceed\w*\b[^.;]{0,30}\b(?:length|characters|tokens)\b|quá dài",
        ),
        "busy": (
            r"\brate.?limit|\btoo many\b|\bquota\b|\bbusy\b|\boverload|\bcapacity\b|\bqueue (?:is )?full\b",
            r"\btemporarily unavailable\b|quá nhiều|quá tải|đang bận",
        ),
        "slow": (r"\btime[ds]?.?out\b|\btook too long\b|hết thời gian|quá thời gian",),
        "option": (
            (
                r"\b(?:invalid|unknown|unsupported|unrecogni[sz]ed|bad)\b"
                r"[^.;]{0,20}\b(?:param|option|argument|flag|value|aspect|ratio|version)"
            ),
            r"tham số",
        ),
        "origin": (
            (
                r"\b(?:parent|original|source|task|job)\b[^.;]{0,40}"
                r"\b(?:not found|expired|does(?:n't| not) exist|no longer)"
            ),
        ),
    }.items()
}
"""The first that is found is meant."""


def cause_of(reason: Reason, detail: str) -> str:
    """Why a job came to nothing: what the provider's words mean, else the ``reason`` itself."""
    meaning = meaning_of(detail) if reason in _SAYS else None
    return meaning or reason.value


def meaning_of(detail: str) -> str | None:
    """None: that is not known."""
    said = " ".join(detail.casefold().split())
    return next((name for name, pattern in _MEANINGS.items() if pattern.search(said)), None)
