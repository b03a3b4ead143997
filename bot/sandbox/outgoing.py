"""A call the sandbox makes to somebody on this machine, and only there.

Knows nothing of what the call says.
"""

import asyncio
import contextlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

_HERE = ("127.0.0.1", "::1", "localhost")


def is_here(url: object) -> bool:
    """Whether it is an address on this machine."""
    try:
        parts = urlsplit(url if isinstance(url, str) else "")
    except ValueError:
        return False
    return parts.scheme == "http" and parts.hostname in _HERE


async def post(url: str, body: Any, headers: Mapping[str, str]) -> int:
    """The status of the answer. Raises OSError, ValueError (what answered speaks no HTTP)."""
    parts = urlsplit(url)
    content = json.dumps(body).encode()
    told = {
        "Host": parts.netloc,
        "Content-Type": "application/json",
        "Content-Length": str(len(content)),
        "Connection": "close",
        **headers,
    }
    path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
    try:
        writer.write(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + content)
        await writer.drain()
        status_line = await reader.readline()
        await reader.read()
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    if not status_line.startswith(b"HTTP/"):
        raise ValueError("what answered speaks no HTTP")
    return int(status_line.split()[1])
