"""What a browser said in a request, read piece by piece; what cannot be read is explained to it.

It does not know what the pieces are for.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request


@contextmanager
def reasons() -> Iterator[None]:
    """What the world refuses within becomes an answer 409."""
    try:
        yield
    except LookupError as error:
        raise HTTPException(409, "That is not there any more.") from error
    except ValueError as error:
        raise HTTPException(409, str(error)) from error


async def read_json(request: Request) -> Mapping[str, Any]:
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise HTTPException(415, "The body must be JSON.")
    try:
        said = await request.json()
    except ValueError as error:
        raise HTTPException(400, "The body is not JSON.") from error
    if not isinstance(said, dict):
        raise HTTPException(400, "The body must be a JSON object.")
    return said


def whole(said: Mapping[str, Any], name: str) -> int:
    number = whole_or_none(said, name)
    if number is None:
        raise HTTPException(400, f"{name} is missing.")
    return number


def whole_or_none(said: Mapping[str, Any], name: str) -> int | None:
    value = said.get(name)
    if value is None or value == "":
        return None
    try:
        return int(str(value))
    except ValueError as error:
        raise HTTPException(400, f"{name} must be a whole number.") from error


def words(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not value:
        raise HTTPException(400, f"{name} is missing.")
    return value
