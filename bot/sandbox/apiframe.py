"""Apiframe (Midjourney) as its HTTP contract has it, with pictures that are really drawn.

Knows nothing of the bot. Source: docs/providers.md, "Apiframe".
"""

import re
import uuid
from pathlib import Path
from typing import Any, assert_never

from PIL import Image, ImageFilter
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from bot.sandbox import derive, render
from bot.sandbox.apiframe_requests import (
    check_derived,
    check_imagine,
    check_task_ids,
    late_failure,
    zoom_factor,
)
from bot.sandbox.body import Refused, json_object
from bot.sandbox.darkroom import open_picture
from bot.sandbox.service import Account, Handler, ProviderSandbox
from bot.sandbox.tasks import Failed, Finished, Running, Task, Waiting
from bot.sandbox.webhooks import Webhooks

# The contract names no number of lanes; the bot's own setting is what limits.
_LANES = 1000
_CREDITS_PER_CALL = 4
_LARGEST_SIDE = 4096


class ApiframeSandbox(ProviderSandbox):
    """One Apiframe account. `app` is the service; `credits` may be set, at 0 submits answer 402.

    Close it when its tasks may have webhooks.
    """

    def __init__(self, account: Account) -> None:
        super().__init__(account, lanes=_LANES)
        self.credits = 4000
        self.webhooks = Webhooks(self.stage, self._shown, account.clock)
        self._images_made = 0
        self._hosts: dict[str, str] = {}
        self._next_host: str | None = None
        derived = ("vary", "upscale", "pan", "zoom")
        self.app = self._app_of(
            [
                _post("/pro/imagine", self._guarded(self._imagine)),
                *(_post(f"/pro/{kind}", self._guarded(self._derive)) for kind in derived),
                _post("/fetch", self._guarded(self._fetch)),
                _post("/fetch-many", self._guarded(self._fetch_many)),
                Route("/account", self._guarded(self._account), methods=["GET"]),
                # No key: the addresses of results are public and unguessable, as a CDN's are.
                Route("/media/{task}/{name}.png", self._media, methods=["GET"]),
            ]
        )

    def host_next_result_at(self, origin: str) -> None:
        """The results of the next task are said to lie at another origin, as `https://cdn.example`."""
        self._next_host = origin.rstrip("/")

    async def aclose(self) -> None:
        await self.webhooks.aclose()

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: Request) -> Response:
            if request.headers.get("authorization") != self._key:
                return Response(status_code=401)
            try:
                return await handler(request)
            except Refused as refusal:
                errors = [{"msg": refusal.detail}]
                return JSONResponse({"errors": errors}, status_code=refusal.status)

        return guarded

    async def _imagine(self, request: Request) -> Response:
        body = await json_object(request)
        check_imagine(body)
        turbo = body.get("mode") == "turbo"
        failure = late_failure(body["prompt"])
        size = render.tile_size(body["prompt"])
        work_s = self.image_work_s() * (0.5 if turbo else 1)
        # A bad flag shows when the work has hardly begun.
        task = self._submit(
            "imagine", body, size, work_s * (0.15 if failure else 1), cost=2 if turbo else 1
        )
        task.failure = failure
        return JSONResponse({"task_id": task.task_id})

    async def _derive(self, request: Request) -> Response:
        body = await json_object(request)
        kind = request.url.path.rsplit("/", 1)[-1]
        parent = self.tasks.get(str(body.get("parent_task_id")))
        if parent is None or not isinstance(self.stage(parent), Finished):
            raise Refused(400, "parent_task_id is not a finished task")
        check_derived(kind, body, parent.outputs)
        size = _derived_size(kind, body, parent)
        work_s = self.pace.upscale_s if kind == "upscale" else self.image_work_s()
        task = self._submit(kind, body, size, work_s, cost=1)
        return JSONResponse({"task_id": task.task_id})

    def _submit(
        self, kind: str, body: dict[str, Any], size: render.Size, work_s: float, cost: int
    ) -> Task:
        if self.credits < cost * _CREDITS_PER_CALL:
            raise Refused(402, "Insufficient credits")
        self.credits -= cost * _CREDITS_PER_CALL
        task_id = str(uuid.uuid4())
        outputs = 1 if kind == "upscale" else 4
        self._images_made += outputs
        host, self._next_host = self._next_host, None
        self._hosts[task_id] = host or self._base_url
        task = self.accept(
            Task(
                task_id=task_id,
                kind=kind,
                body=body,
                submitted_at=self._clock(),
                seed=_seed_of(body, len(self.tasks)),
                size=size,
                outputs=outputs,
                work_s=work_s,
            )
        )
        self.webhooks.watch(task)
        return task

    async def _fetch(self, request: Request) -> Response:
        body = await json_object(request)
        task = self.tasks.get(str(body.get("task_id")))
        if task is None:
            raise Refused(400, "task_id not found")
        self.note_told(task)
        return JSONResponse(self._shown(task))

    async def _fetch_many(self, request: Request) -> Response:
        task_ids = check_task_ids(await json_object(request))
        # The contract promises no order: the reverse keeps clients from counting on one.
        known = [self.tasks[one] for one in reversed(task_ids) if one in self.tasks]
        for task in known:
            self.note_told(task)
        found = [self._shown(task) for task in known]
        return JSONResponse({"tasks": found})

    async def _account(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "email": "studio@example.com",
                "credits": self.credits,
                "plan": "pro",
                "total_images": self._images_made,
            }
        )

    def _shown(self, task: Task) -> dict[str, Any]:
        """The object that fetch answers and webhooks carry."""
        told: dict[str, Any] = {"task_id": task.task_id, "task_type": task.kind}
        match self.stage(task):
            case Waiting():
                return told | {"status": "pending"}
            case Running(fraction):
                return told | self._progress(task, fraction)
            case Failed(text):
                return told | {"status": "failed", "error": text}
            case Finished():
                return told | self._result(task)
            case never:
                assert_never(never)

    def _progress(self, task: Task, fraction: float) -> dict[str, Any]:
        for limit, status in ((0.04, "pending"), (0.08, "staged"), (0.12, "starting")):
            if fraction < limit:
                return {"status": status}
        told = {"status": "processing", "percentage": str(int(fraction * 100))}
        if fraction < 0.5 or task.outputs == 1:
            return told
        return told | {"image_url": self._address(task, "preview")}

    def _result(self, task: Task) -> dict[str, Any]:
        if task.outputs == 1:
            return {
                "status": "finished",
                "percentage": "100",
                "image_url": self._address(task, "1"),
            }
        # No status: so is the vendor's own example of four finished tiles.
        return {
            "original_image_url": self._address(task, "grid"),
            "image_urls": [self._address(task, str(number)) for number in range(1, 5)],
        }

    def _address(self, task: Task, name: str) -> str:
        return f"{self._hosts[task.task_id]}/media/{task.task_id}/{name}.png"

    async def _media(self, request: Request) -> Response:
        task = self.tasks.get(request.path_params["task"])
        name = request.path_params["name"]
        if task is None or not self._may_see(task, name):
            return Response(status_code=404)
        path = await self._darkroom.wait_for(lambda: self._developed(task, name))
        if name == "preview":
            return FileResponse(path, media_type="image/png")
        return await self.answer_file(path, "image/png")

    def _may_see(self, task: Task, name: str) -> bool:
        tiles = [str(number) for number in range(1, task.outputs + 1)]
        match self.stage(task):
            case Finished():
                return name in {*tiles, "grid", "preview"}
            case Running(fraction):
                return name == "preview" and fraction >= 0.5
            case _:
                return False

    def _developed(self, task: Task, name: str) -> Path:
        match name:
            case "grid":
                return self._darkroom.picture(f"{task.task_id}/grid.png", lambda: self._grid(task))
            case "preview":
                return self._darkroom.picture(
                    f"{task.task_id}/preview.png", lambda: self._preview(task)
                )
            case _:
                tile = int(name)
                return self._darkroom.picture(
                    f"{task.task_id}/{tile}.png", lambda: self._drawn(task, tile)
                )

    def _grid(self, task: Task) -> Image.Image:
        names = [str(number) for number in range(1, task.outputs + 1)]
        return render.grid([open_picture(self._developed(task, name)) for name in names])

    def _preview(self, task: Task) -> Image.Image:
        small = open_picture(self._developed(task, "grid")).reduce(4)
        return small.filter(ImageFilter.GaussianBlur(6))

    def _drawn(self, task: Task, tile: int) -> Image.Image:
        body, seed = task.body, task.seed
        if task.kind == "imagine":
            return render.draw(body["prompt"], seed=seed, tile=tile, size=task.size)
        parent = open_picture(self._developed(self.tasks[body["parent_task_id"]], body["index"]))
        if task.kind == "upscale":
            return derive.upscale(parent, body["type"], seed=seed)
        parent = parent.resize(derive.fitted(parent.size))
        match task.kind:
            case "vary":
                return derive.vary(parent, body["type"], seed=seed, tile=tile)
            case "pan":
                return derive.pan(parent, body["type"], seed=seed, tile=tile)
            case _:
                return derive.zoom(parent, zoom_factor(body), seed=seed, tile=tile)


def _derived_size(kind: str, body: dict[str, Any], parent: Task) -> render.Size:
    if kind == "upscale":
        if max(parent.size) * 2 > _LARGEST_SIDE:
            raise Refused(400, "the image is already at its largest size")
        return parent.size[0] * 2, parent.size[1] * 2
    seen = derive.fitted(parent.size)
    match kind:
        case "pan":
            return derive.pan_size(seen, body["type"])
        case "zoom":
            return derive.zoom_size(seen, zoom_factor(body))
        case _:
            return seen


def _seed_of(body: dict[str, Any], number: int) -> int:
    """`--seed` makes the same prompt the same picture again; without it every task draws anew."""
    found = re.search(r"--seed[\s=]+(\d+)", str(body.get("prompt", "")))
    return int(found[1]) if found else -1 - number


def _post(path: str, handler: Handler) -> Route:
    return Route(path, handler, methods=["POST"])
