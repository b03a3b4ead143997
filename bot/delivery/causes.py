"""Why a job failed, in words for who ordered it. Pure.

Knows nothing of jobs. Providers speak English: what they say often is said in our own words, and
the rest is quoted only where English is spoken.
"""

from __future__ import annotations

import re
from typing import Final

from bot.i18n import Tongue
from bot.model import Reason

PROVIDERS_SPEAK: Final = "en"
_BANNED = re.compile(
    r"\b(?:banned|blocked|forbidden|inappropriate|moderat\w+|nsfw|polic(?:y|ies)|prohibited"
    r"|sensitive|unsafe|violat\w+)\b",
    re.IGNORECASE,
)
_OPTION = re.compile(r"--[a-z]+(?: [\w.:]+)?", re.IGNORECASE)
_ENGLISH = re.compile(r"[A-Za-z]{2}")


def failure(reason: Reason, detail: str, *, title: str, tongue: Tongue) -> str:
    """What happened, that it cost nothing, and what to do; HTML.

    ``detail``: the provider's words, may be ""; ``title``: the provider as people know it.
    """
    if reason not in {Reason.REFUSED, Reason.FAILED}:
        return tongue.html(f"failed.{reason}")
    if option := _OPTION.search(detail):
        return tongue.html("failed.option", title=title, option=option[0])
    if _BANNED.search(detail):
        return tongue.html("failed.banned", title=title)
    if not detail or (tongue.language != PROVIDERS_SPEAK and _ENGLISH.search(detail)):
        return tongue.html(f"failed.{reason}", title=title)
    return tongue.html(f"failed.{reason}_detail", title=title, detail=detail)
