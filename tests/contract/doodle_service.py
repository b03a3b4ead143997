"""Doodle, the pretend service of docs/adding-a-provider.md, and the adapter as that page has it."""

import functools
import re
import secrets
import sys
import types
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.providers.http import Network
from bot.providers.port import Provider
from bot.sandbox import render
from bot.sandbox.service import Account, ProviderSandbox
from bot.sandbox.tasks import Failed, Finished, Running, Task

PAGE = Path(__file__).parents[2] / "docs" / "adding-a-provider.md"
SIDE = 256


@functools.cache
def documented_adapter() -> types.ModuleType:
    """The one block of Python on the page, as the module it would be."""
    [source] = re.findall(
        r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    module = types.ModuleType("documented_doodle")
    sys.modules[module.__name__] = module
    exec(compile(source, str(PAGE), "exec"), module.__dict__)  # our own page
    return module


def connect_documented(key: str, base_url: str, network: Network | None = None) -> Provider:
    provider: Provider = documented_adapter().Doodle(key=key, base_url=base_url, network=network)
    return provider


class DoodleSandbox(ProviderSandbox):
    """One account. `app` is the service."""

    def __init__(self, account: Account) -> None:
        super().__init__(account, lanes=3)
        self.app = self._app_of(
            [
                Route("/drawings", self._submit, methods=["POST"]),
                Route("/drawings/{name}.png", self._file, methods=["GET"]),
                Route("/drawings/{name}", self._drawing, methods=["GET"]),
            ]
        )

    def _is_stranger(self, request: Request) -> bool:
        return request.headers.get("x-doodle-key") != self._key

    async def _submit(self, request: Request) -> Response:
        if self._is_stranger(request):
            return Response(status_code=401)
        text = (await request.json())["text"]
        task = Task(
            task_id=secrets.token_hex(6),
            kind="drawing",
            body={"text": text},
            submitted_at=self._clock(),
            seed=len(self.tasks),
            size=(SIDE, SIDE),
            outputs=1,
            work_s=self.image_work_s(),
        )
        return JSONResponse({"id": self.accept(task).task_id})

    async def _drawing(self, request: Request) -> Response:
        if self._is_stranger(request):
            return Response(status_code=401)
        task = self.tasks.get(request.path_params["name"])
        if task is None:
            return JSONResponse({"error": "no such drawing"}, status_code=404)
        return JSONResponse(self._told(task))

    def _told(self, task: Task) -> dict[str, Any]:
        match self.stage(task):
            case Finished():
                return {"state": "done", "done": 1}
            case Failed(text):
                return {"state": "failed", "error": text}
            case Running(fraction):
                return {"state": "drawing", "done": fraction}
            case _:
                return {"state": "drawing"}

    async def _file(self, request: Request) -> Response:
        if self._is_stranger(request):
            return Response(status_code=401)
        task = self.tasks.get(request.path_params["name"])
        if task is None or not isinstance(self.stage(task), Finished):
            return Response(status_code=404)
        words, seed = task.body["text"], task.seed
        path = await self._darkroom.wait_for(
            lambda: self._darkroom.picture(
                f"{task.task_id}/0.png",
                lambda: render.draw(words, seed=seed, tile=1, size=task.size),
            )
        )
        return await self.answer_file(path, "image/png")
