"""The titles of plans in the plan file: read in each language, and no two of them the same.

Knows nothing of what else a plan carries.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Final

from bot.i18n import LANGUAGES, Named
from bot.money.plans import FREE, Plan
from bot.money.toml_table import Table, shown

TITLE_CHARACTERS: Final = 32
"""The title of an invoice is no longer (Bot API, sendInvoice)."""
FREE_TITLES: Final = ("Free", "Miễn phí")
"""What the catalogues call the free plan."""


def read_title(table: Table) -> Named:
    """One text for every language, or a table of one for each; "" where that is absent or wrong."""
    if not isinstance(table.rest().get("title"), dict):
        return _read_words(table, "title")
    titles = table.table("title")
    assert titles is not None  # it is a table
    given = titles.rest()
    for language in LANGUAGES:
        if language not in given:
            titles.note(language, "missing: one text for all, or one in every language")
    read = {language: _read_words(titles, language) for language in LANGUAGES}
    titles.finish()
    return read


def _read_words(table: Table, key: str) -> str:
    given = table.rest().get(key)
    if isinstance(given, str) and not given.strip():
        table.take(key)
        table.note(key, f"{shown(given)} says nothing; without title people read the plan's name")
        return ""
    return table.text(key, most=TITLE_CHARACTERS)


def judge_titles(tables: Table, plans: Mapping[str, Plan]) -> None:
    """People tell plans apart by nothing but what they read, in their own language each."""
    mistakes: dict[str, str] = {}  # by place: one text may be wrong in both languages
    for language in LANGUAGES:
        read_as = {_as_read(title): FREE for title in FREE_TITLES}
        for name, plan in plans.items():
            if name == FREE:
                continue
            title = plan.shown_in(language)
            read = _as_read(title)
            other, place = read_as.setdefault(read, name), _place_of(plan, language)
            if other != name:
                mistakes.setdefault(
                    place, f"{shown(title)} is what people read for {other} as well"
                )
            elif read != name and read in plans:
                mistakes.setdefault(place, f"{shown(title)} is the name of another plan")
    for place, mistake in mistakes.items():
        tables.note(place, mistake)


def _place_of(plan: Plan, language: str) -> str:
    if not plan.title:
        return plan.name
    return f"{plan.name}.title" if isinstance(plan.title, str) else f"{plan.name}.title.{language}"


def _as_read(title: str) -> str:
    """The same for what looks the same but for capitals and gaps."""
    return " ".join(unicodedata.normalize("NFKC", title).casefold().split())
