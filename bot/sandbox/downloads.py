"""What can go wrong with a file on its way to a client: switches that act on the next download.

Knows nothing of what the files are.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

from anyio import Path as AsyncPath
from starlette.responses import FileResponse, Response

_Mishap = Callable[[Path, str], Awaitable[Response]]


class Downloads:
    """The switches of one service; each acts on one download of a finished file, in their order."""

    def __init__(self) -> None:
        self._mishaps: list[_Mishap] = []

    def lag_after_completion(self, times: int) -> None:
        """The next `times` downloads find nothing yet: 404 and tiny bodies in turn."""
        self._mishaps += [_tiny if left % 2 else _missing for left in reversed(range(times))]

    def truncate_next_download(self) -> None:
        """The connection drops in the middle of the next file: Content-Length promised all of it."""
        self._mishaps.append(_broken_off)

    def shorten_next_download(self) -> None:
        """The next file ends in its middle, and Content-Length says so truthfully."""
        self._mishaps.append(_shortened)

    def replace_next_download(self, content: bytes, media_type: str = "image/png") -> None:
        """Something else comes instead of the next file: of another type, tiny, empty."""

        async def other(_path: Path, _media_type: str) -> Response:
            return Response(content, media_type=media_type)

        self._mishaps.append(other)

    async def answer_file(self, path: Path, media_type: str) -> Response:
        """The answer to a download of a finished file, as the weather allows."""
        if self._mishaps:
            return await self._mishaps.pop(0)(path, media_type)
        return FileResponse(path, media_type=media_type)


async def _tiny(_path: Path, _media_type: str) -> Response:
    return Response(b'{"detail":"not ready"}', media_type="application/json")


async def _missing(_path: Path, _media_type: str) -> Response:
    return Response(status_code=404)


async def _broken_off(path: Path, media_type: str) -> Response:
    whole = await AsyncPath(path).read_bytes()
    promised = {"content-length": str(len(whole))}
    return Response(whole[: len(whole) // 2], media_type=media_type, headers=promised)


async def _shortened(path: Path, media_type: str) -> Response:
    whole = await AsyncPath(path).read_bytes()
    return Response(whole[: len(whole) // 2], media_type=media_type)
