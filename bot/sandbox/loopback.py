"""The door of the sandbox: lets in only browsers on this machine that were not sent by another site.

It knows nothing of chats or pages; it reads two headers.
"""

import re

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_LOOPBACK_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?", re.IGNORECASE)


class LoopbackOnly:
    """Answers 403 to a foreign Host (DNS rebinding) or a foreign Origin (another site's form)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refusal = _why_refused(Headers(scope=scope))
        if refusal is None:
            await self._app(scope, receive, send)
            return
        await PlainTextResponse(refusal, status_code=403)(scope, receive, send)


def _why_refused(headers: Headers) -> str | None:
    hosts = headers.getlist("host")
    if len(hosts) != 1 or not _LOOPBACK_HOST.fullmatch(hosts[0]):
        return "This page answers only under 127.0.0.1, localhost or [::1]."
    own = f"http://{hosts[0]}".lower()
    if any(origin.lower() != own for origin in headers.getlist("origin")):
        return "This page takes no requests from other sites."
    return None
