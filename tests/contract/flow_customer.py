"""Somebody with a key to the Flow AI emulator: what they order, hand over and fetch."""

import contextlib
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
from clock import Clock
from PIL import Image
from samples import picture

from bot.sandbox.flow import FlowSandbox
from bot.sandbox.service import Account
from bot.sandbox.tasks import Pace

KEY = "a key"
API = "/public/api/v1"


def emulator(folder: Path, clock: Clock) -> FlowSandbox:
    """A picture takes it 100 seconds, one in 2K or 4K 150, a video 200."""
    pace = Pace(image_s=100, image_spread_s=0, video_s=200, hd_s=150)
    return FlowSandbox(Account(KEY, pace, "http://flow.test", folder, clock))


@contextlib.asynccontextmanager
async def customer_of(sandbox: FlowSandbox) -> AsyncIterator[httpx.AsyncClient]:
    """Their calls carry the key."""
    transport = httpx.ASGITransport(sandbox.app)
    headers = {"X-API-Key": KEY}
    base_url = f"http://flow.test{API}"
    async with httpx.AsyncClient(transport=transport, base_url=base_url, headers=headers) as client:
        yield client


async def submit(client: httpx.AsyncClient, kind: str, **body: Any) -> str:
    answer = await client.post(f"/{kind}", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["job_id"])


async def job(client: httpx.AsyncClient, job_id: str) -> dict[str, Any]:
    return dict((await client.get(f"/jobs/{job_id}")).json())


async def statuses(client: httpx.AsyncClient, job_ids: list[str]) -> list[str]:
    return [(await job(client, job_id))["status"] for job_id in job_ids]


async def look_at(client: httpx.AsyncClient, url: str) -> Image.Image:
    answer = await client.get(url)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    return Image.open(io.BytesIO(answer.content))


async def upload(client: httpx.AsyncClient, content: bytes) -> httpx.Response:
    # Name and type lie on purpose: the first bytes decide.
    return await client.post("/upload-image", files={"file": ("a.txt", content, "text/plain")})


async def uploaded(client: httpx.AsyncClient, colour: str = "crimson") -> str:
    return str((await upload(client, picture(300, 200, colour=colour))).json()["path"])
