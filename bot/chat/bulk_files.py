"""Lists of requests brought as a text file. Knows nothing of where the file comes from.

What a file is called is only enough to try: whether it is text its bytes tell.
"""

from __future__ import annotations

import codecs
import unicodedata
from pathlib import Path
from typing import Final

from bot.errors import BadPicture, Flaw

TEXT_MAX_BYTES: Final = 256 * 1024
"""Fifty requests have room in it many times over."""
_WRITTEN: Final = frozenset("\t\n\r\f\v")


def read_list(path: Path) -> str:
    """The text of a file, which is gone then. Raises BadPicture, OSError."""
    try:
        if path.stat().st_size > TEXT_MAX_BYTES:
            raise BadPicture(Flaw.TOO_LARGE, path.name)
        return decode(path.read_bytes())
    finally:
        path.unlink(missing_ok=True)


def decode(data: bytes) -> str:
    """UTF-8, or UTF-16 that says so in its first bytes. Raises BadPicture."""
    is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadPicture(Flaw.NO_TEXT, str(error)) from error
    if any(unicodedata.category(sign) in {"Cc", "Cs"} and sign not in _WRITTEN for sign in text):
        raise BadPicture(Flaw.NO_TEXT, "it holds signs that nobody writes")
    if not text.strip():
        raise BadPicture(Flaw.EMPTY)
    return "\n".join(text.splitlines())
