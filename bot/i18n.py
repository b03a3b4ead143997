"""Every sentence people read, in their language. Knows nothing of what the sentences are about.

The catalogues `bot/locales/LANGUAGE/LC_MESSAGES/easel.po` are the only place of such text; they
are read and compiled in memory when the program starts, so no compiled file can be out of date.
"""

from __future__ import annotations

import datetime as dt
import functools
import gettext
import html
import io
from collections.abc import Callable, Iterable, Mapping
from importlib import resources
from typing import Final

from babel.core import Locale
from babel.dates import format_date, format_datetime
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, format_percent
from babel.units import format_unit

from bot.model import Millis

LANGUAGES: Final = ("vi", "en")

Named = str | Mapping[str, str]
"""A name that is the same in every language, or told in each one, by its code.

It may stand in an outbox row: who reads it decides when it is written.
"""


class UnknownText(LookupError):
    """No catalogue has this key: a mistake in the code, found by the tests."""


class Raw(str):
    """A value that is markup already and is not escaped again."""

    __slots__ = ()


def choose(own: str | None, group: str | None, language_code: str | None, default: str) -> str:
    """The language to speak: own choice, the group's, Telegram's ``language_code``, the default.

    A code counts by its first part (`en-US` is `en`); one we do not speak is passed over.
    """
    for code in (own, group, language_code):
        language = (code or "").replace("_", "-").split("-")[0].lower()
        if language in LANGUAGES:
            return language
    return default


def in_language(name: Named, language: str) -> str:
    return name if isinstance(name, str) else name[language]


def in_each(write: Callable[[str], str]) -> Named:
    """What ``write`` makes of each language; one text where that is the same in all."""
    written = {language: write(language) for language in LANGUAGES}
    return written if len(set(written.values())) > 1 else written[LANGUAGES[0]]


def listed(names: Iterable[Named]) -> Named:
    """One behind the other, with commas."""
    each = list(names)
    return in_each(lambda language: ", ".join(in_language(name, language) for name in each))


def read_catalogue(language: str) -> Catalog:
    """The catalogue as translators wrote it. A damaged file is a PoFileError."""
    path = resources.files("bot") / "locales" / language / "LC_MESSAGES" / "easel.po"
    return read_po(io.BytesIO(path.read_bytes()), locale=language, abort_invalid=True)


class I18n:
    """All languages, loaded once."""

    def __init__(self, tongues: Mapping[str, Tongue]) -> None:
        self._tongues = tongues

    @classmethod
    @functools.cache
    def load(cls) -> I18n:
        return cls({language: Tongue(read_catalogue(language)) for language in LANGUAGES})

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self._tongues)

    def tongue(self, language: str) -> Tongue:
        """``language``: one of ``languages``; see ``choose``."""
        return self._tongues[language]


class Tongue:
    """One language: its sentences, and how it writes numbers, money and time."""

    def __init__(self, catalogue: Catalog) -> None:
        self.language = str(catalogue.locale)
        self._locale = Locale.parse(self.language)
        compiled = io.BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        self._translations = gettext.GNUTranslations(compiled)
        entries = [message for message in catalogue if message.id]
        self._keys = frozenset(each.id for each in entries if not each.pluralizable)
        self._plural_keys = frozenset(each.id[0] for each in entries if each.pluralizable)

    def text(self, key: str, /, **values: object) -> str:
        """The sentence with its placeholders filled in, as plain text. Raises UnknownText."""
        if key not in self._keys:
            raise UnknownText(key)
        return self._translations.gettext(key).format(**values)

    def plural(self, key: str, n: int, /, **values: object) -> str:
        """The sentence in the form that ``n`` asks for; `{n}` is written by ``number``.

        Raises UnknownText.
        """
        if key not in self._plural_keys:
            raise UnknownText(key)
        return self._translations.ngettext(key, key, n).format(n=self.number(n), **values)

    def html(self, key: str, /, **values: object) -> str:
        """The sentence as Telegram's HTML: every value escaped unless Raw. Raises UnknownText."""
        return self.text(key, **{name: _escaped(value) for name, value in values.items()})

    def html_plural(self, key: str, n: int, /, **values: object) -> str:
        """As ``plural``, in Telegram's HTML: every value escaped unless Raw. Raises UnknownText."""
        return self.plural(key, n, **{name: _escaped(value) for name, value in values.items()})

    def own(self, name: Named) -> str:
        return in_language(name, self.language)

    def number(self, n: int) -> str:
        return str(format_decimal(n, locale=self._locale))

    def money(self, vnd: int) -> str:
        """Đồng: `150 ₫`, `₫150`; below nothing with the minus that the sentences have: `−150 ₫`."""
        written = format_currency(vnd, "VND", locale=self._locale)
        return written.replace("\xa0", " ").replace("-", "\N{MINUS SIGN}")

    def megabytes(self, size_bytes: int) -> str:
        """A file's size: `73 MB`, and `0,4 MB` below one."""
        size = size_bytes / 1_000_000
        rounded = round(size) if size >= 1 else round(size, 1)
        return str(format_unit(rounded, "digital-megabyte", length="short", locale=self._locale))

    def duration(self, seconds: float) -> str:
        """As one would say it: seconds (never none) below a minute and a half, minutes, hours."""
        if seconds < 90:
            return self.plural("unit.seconds", max(1, round(seconds)))
        minutes = round(seconds / 60)
        if minutes < 90:
            return self.plural("unit.minutes", minutes)
        return self.plural("unit.hours", round(minutes / 60))

    def date_time(self, millis: Millis, timezone: dt.tzinfo) -> str:
        """The moment on the clock of ``timezone``, to the minute."""
        moment = dt.datetime.fromtimestamp(millis // 1000, timezone)
        pattern = self.text("unit.date_time")
        return format_datetime(moment, pattern, tzinfo=timezone, locale=self._locale)

    def date(self, day: dt.date) -> str:
        return format_date(day, self.text("unit.date"), locale=self._locale)

    def percent(self, p: int) -> str:
        """Whole per cent: 40 is `40%`."""
        return str(format_percent(p / 100, locale=self._locale))


def _escaped(value: object) -> str:
    return value if isinstance(value, Raw) else html.escape(str(value), quote=False)
