"""An independent description of Telegram's methods judges every call that leaves the bot.

aiogram's typed methods accept unknown fields in silence, so those are looked for here; lengths
are the sandbox's own business.
"""

from collections.abc import Iterator
from typing import Any

import aiogram.methods
from aiogram.types import BufferedInputFile
from pydantic import BaseModel

from bot.sandbox.refusal import Json


def unknown_fields(value: object) -> Iterator[str]:
    """Every field, however deep, that the models do not know."""
    if isinstance(value, list):
        for item in value:
            yield from unknown_fields(item)
    if isinstance(value, BaseModel):
        yield from (f"{type(value).__name__}.{name}" for name in value.model_extra or {})
        for name in type(value).model_fields:
            yield from unknown_fields(getattr(value, name))


def _with_files(value: Any) -> Any:
    """A thumbnail is the one file that aiogram never takes as a string."""
    if isinstance(value, list):
        return [_with_files(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: BufferedInputFile(b"", name) if name == "thumbnail" else _with_files(inner)
        for name, inner in value.items()
    }


def check_call(method: str, parameters: Json) -> None:
    """Raises when aiogram would not have made this call."""
    model: Any = getattr(aiogram.methods, method[0].upper() + method[1:])
    parameters = _with_files(parameters)
    if extra := list(unknown_fields(model.model_validate(parameters))):
        raise ValueError(f"unknown: {extra}")
