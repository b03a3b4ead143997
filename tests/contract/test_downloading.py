"""Files that people sent, as the line to Telegram breaks: called so, and never by their address."""

from collections.abc import Callable

import httpx
import pytest
from telegram.error import NetworkError

from bot.chat.downloading import FileRequest

ADDRESS = "https://telegram.example/file/bot1:secret/photos/a.jpg"


async def read(answer: Callable[[httpx.Request], httpx.Response]) -> bytes:
    kwargs = {"transport": httpx.MockTransport(answer)}
    async with FileRequest(httpx_kwargs=kwargs) as request:
        return b"".join([piece async for piece in request.pieces(ADDRESS)])


def breaking_with(error: Exception) -> Callable[[httpx.Request], httpx.Response]:
    def answer(_: httpx.Request) -> httpx.Response:
        raise error

    return answer


async def test_a_file_comes_as_it_is() -> None:
    assert b"pixels" == await read(lambda _: httpx.Response(200, content=b"pixels"))


@pytest.mark.parametrize(
    "answer",
    [
        breaking_with(httpx.ReadError(ADDRESS)),
        breaking_with(ConnectionResetError(ADDRESS)),
        lambda _: httpx.Response(404),
    ],
)
async def test_a_broken_line_is_an_error_that_does_not_tell_the_secret(
    answer: Callable[[httpx.Request], httpx.Response],
) -> None:
    with pytest.raises(NetworkError) as caught:
        await read(answer)
    assert "secret" not in str(caught.value)


async def test_a_bug_of_ours_is_not_taken_for_a_broken_line() -> None:
    with pytest.raises(KeyError):
        await read(breaking_with(KeyError("ours")))
