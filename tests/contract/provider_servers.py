"""Small Apiframe and Flow servers for the contract suite, with the weather of real ones.

They keep to the routes and words of providers.md and know nothing of the adapters. Switches and
records are named as in bot/sandbox, whose emulators can stand in for them.
"""

from __future__ import annotations

import contextlib
import dataclasses
import socket
from collections.abc import AsyncIterator, Mapping
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

KEY = "key-of-the-operator"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40


@dataclasses.dataclass(frozen=True)
class Call:
    method: str
    path: str
    body: Any
    key: str | None


@dataclasses.dataclass
class Task:
    body: dict[str, Any]
    status: str
    words: str = ""


class _BrokenOff(Exception):
    """Ends the connection inside an answer."""


class Weather:
    """What goes wrong next, and every call that arrived."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._failures: list[tuple[str, Response]] = []
        self._losses: list[str] = []
        self._cuts = 0

    def fail_next(
        self,
        path_suffix: str,
        *,
        status: int,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        times: int = 1,
    ) -> None:
        answer = Response(body, status, dict(headers or {}))
        self._failures += [(path_suffix, answer)] * times

    def lose_answer_of_next(self, path_suffix: str) -> None:
        self._losses.append(path_suffix)

    def truncate_next_download(self) -> None:
        self._cuts += 1

    def front(self, app: ASGIApp, key_header: str) -> ASGIApp:
        async def weathered(scope: Scope, receive: Receive, send: Send) -> None:
            request = Request(scope, receive)
            content = await request.body()
            body = await request.json() if content else None
            path = scope["raw_path"].decode()
            self.calls.append(Call(request.method, path, body, request.headers.get(key_header)))
            for index, (suffix, answer) in enumerate(self._failures):
                if path.endswith(suffix):
                    del self._failures[index]
                    await answer(scope, receive, send)
                    return
            if any(path.endswith(suffix) for suffix in self._losses):
                self._losses.clear()
                send = _lossy(send)
            request.scope["seen_body"] = body
            with contextlib.suppress(_BrokenOff):
                await app(scope, receive, send)

        return weathered

    def answer_file(self) -> Response:
        if not self._cuts:
            return Response(PICTURE, media_type="image/png")
        self._cuts -= 1
        promised = {"content-length": str(len(PICTURE))}
        return Response(PICTURE[: len(PICTURE) // 2], headers=promised)


def _lossy(send: Send) -> Send:
    """The call took effect; its answer breaks off after the head."""

    async def broken(message: Any) -> None:
        if message["type"] == "http.response.body":
            raise _BrokenOff
        await send(message)

    return broken


class ApiframeServer(Weather):
    """`/pro/...` to order, `/fetch...` to ask, `/media/...` with the pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.tasks: dict[str, Task] = {}
        self.base_url = ""
        routes = [
            Route(f"/pro/{name}", self._submit, methods=["POST"])
            for name in ("imagine", "vary", "upscale")
        ]
        routes += [
            Route("/fetch", self._fetch, methods=["POST"]),
            Route("/fetch-many", self._fetch_many, methods=["POST"]),
            Route("/media/{name}", self._media),
        ]
        self.app = self.front(Starlette(routes=routes), "authorization")

    def finish_now(self, task_id: str) -> None:
        self.tasks[task_id].status = "finished"

    def fail_task(self, task_id: str, text: str) -> None:
        self.tasks[task_id] = Task({}, "failed", text)

    async def _submit(self, request: Request) -> Response:
        if request.headers.get("authorization") != KEY:
            return Response(status_code=401)
        task_id = f"task-{len(self.tasks) + 1}"
        self.tasks[task_id] = Task(request.scope["seen_body"], "processing")
        return JSONResponse({"task_id": task_id})

    async def _fetch(self, request: Request) -> Response:
        if request.headers.get("authorization") != KEY:
            return Response(status_code=401)
        task_id = request.scope["seen_body"]["task_id"]
        if task_id not in self.tasks:
            return JSONResponse({"errors": [{"msg": "Task not found"}]}, 400)
        return JSONResponse(self._shown(task_id))

    async def _fetch_many(self, request: Request) -> Response:
        asked = request.scope["seen_body"]["task_ids"]
        if not 2 <= len(asked) <= 20 or any(task_id not in self.tasks for task_id in asked):
            return JSONResponse({"errors": [{"msg": "task_ids"}]}, 400)
        return JSONResponse({"tasks": [self._shown(task_id) for task_id in reversed(asked)]})

    def _shown(self, task_id: str) -> dict[str, Any]:
        task = self.tasks[task_id]
        if task.status == "failed":
            return {"task_id": task_id, "status": "failed", "errors": [{"msg": task.words}]}
        if task.status == "processing":
            return {"task_id": task_id, "status": "processing", "percentage": "40"}
        tiles = [f"{self.base_url}/media/{task_id}-{tile}.png" for tile in range(4)]
        grid = f"{self.base_url}/media/{task_id}.png"
        return {"task_id": task_id, "original_image_url": grid, "image_urls": tiles}

    async def _media(self, request: Request) -> Response:
        return self.answer_file()


class FlowServer(Weather):
    """Everything below `/public/api/v1`."""

    def __init__(self) -> None:
        super().__init__()
        self.tasks: dict[str, Task] = {}
        self.listing: Any = []
        prefix = "/public/api/v1"
        routes = [
            Route(f"{prefix}/text-to-image", self._submit, methods=["POST"]),
            Route(f"{prefix}/text-to-video", self._submit, methods=["POST"]),
            Route(f"{prefix}/jobs/{{task_id}}", self._job),
            Route(f"{prefix}/jobs/{{task_id}}/image", self._file),
            Route(f"{prefix}/jobs/{{task_id}}/video", self._file),
            Route(f"{prefix}/my-jobs", self._my_jobs),
        ]
        self.app = self.front(Starlette(routes=routes), "x-api-key")

    def finish_now(self, task_id: str) -> None:
        self.tasks[task_id].status = "completed"

    def fail_task(self, task_id: str, text: str) -> None:
        self.tasks[task_id] = Task({}, "failed", text)

    async def _submit(self, request: Request) -> Response:
        if request.headers.get("x-api-key") != KEY:
            return JSONResponse({"detail": "Invalid API key"}, 403)
        task_id = f"gw-{len(self.tasks) + 1}"
        self.tasks[task_id] = Task(request.scope["seen_body"], "running")
        if request.url.path.endswith("video"):
            return JSONResponse({"job_ids": [task_id]})
        return JSONResponse({"job_id": task_id, "status": "queued"})

    async def _job(self, request: Request) -> Response:
        if request.headers.get("x-api-key") != KEY:
            return JSONResponse({"detail": "Invalid API key"}, 403)
        task = self.tasks.get(request.path_params["task_id"])
        if task is None:
            return JSONResponse({"detail": "Not found"}, 404)
        shown: dict[str, Any] = {"status": task.status, "progress": 40, "error": task.words or None}
        if task.status == "completed":
            kind = "videos" if "video_length_seconds" in task.body else "images"
            shown[kind] = ["file"] * task.body.get("num_images", 1)
        return JSONResponse(shown)

    async def _file(self, request: Request) -> Response:
        if request.headers.get("x-api-key") != KEY:
            return JSONResponse({"detail": "Invalid API key"}, 403)
        task = self.tasks[request.path_params["task_id"]]
        if task.status != "completed":
            return JSONResponse({"detail": "not finished"}, 404)
        return self.answer_file()

    async def _my_jobs(self, request: Request) -> Response:
        return JSONResponse(self.listing)


@contextlib.asynccontextmanager
async def serve(app: ASGIApp) -> AsyncIterator[str]:
    """A real server on this machine; its origin."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, lifespan="off", ws="none", log_config=None)
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        await server.startup(sockets=[listener])  # serve() would look at the clock every 0.1 s
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            await server.shutdown(sockets=[listener])


def closed_port() -> str:
    """An origin on this machine where nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"
