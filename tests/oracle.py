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


def check_call(method: str, parameters: Json) -> None:
    """Raises when aiogram would not have made this call."""
    model: Any = getattr(aiogram.methods, method[0].upper() + method[1:])
    parameters = _with_a_file_for_thumbnail(parameters)
    if isinstance(media := parameters.get("media"), dict):
        parameters = {**parameters, "media": _with_a_file_for_thumbnail(media)}
    if extra := list(unknown_fields(model.model_validate(parameters))):
        raise ValueError(f"unknown: {extra}")


def _with_a_file_for_thumbnail(fields: Json) -> Json:
    """A thumbnail is the one file aiogram never takes as a string."""
    if "thumbnail" not in fields:
        return fields
    return {**fields, "thumbnail": BufferedInputFile(b"", "thumbnail")}
