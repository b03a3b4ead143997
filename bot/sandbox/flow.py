"""Flow AI (Imagen and Veo) as its HTTP contract has it, with pictures and films that are really made.

Knows nothing of the bot. Source: docs/providers.md, "Flow AI".
"""

import secrets
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, assert_never, get_args

from PIL import Image
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox import film, render
from bot.sandbox.body import Refused, json_object
from bot.sandbox.darkroom import open_picture
from bot.sandbox.flow_requests import FlowRequest, Kind, picture_suffix, read_request
from bot.sandbox.service import Account, Handler, ProviderSandbox
from bot.sandbox.tasks import Failed, Finished, Running, Task, Waiting

_PREFIX = "/public/api/v1"
_LANES = 3
"""What the ordinary plan has; Turbo has 6."""
_CREDITS_PER_VIDEO = 20


class FlowSandbox(ProviderSandbox):
    """One Flow AI account. `app` is the service, its routes under /public/api/v1.

    `credits` and `used_today` (outputs) may be set: without credits submits answer 402, at `daily_limit` 429.
    `lanes`: how many jobs it works on at once.
    """

    def __init__(self, account: Account, *, lanes: int = _LANES) -> None:
        super().__init__(account, lanes=lanes)
        self.credits = 5000
        self.used_today = 0
        self.daily_limit = 3000
        self._requests: dict[str, FlowRequest] = {}
        # The clock may count from anywhere; people and clients read dates.
        self._clock_zero = datetime.now(UTC) - timedelta(seconds=account.clock())
        self._expires_at = datetime.now(UTC) + timedelta(days=30)
        gets: dict[str, Handler] = {
            "/jobs/{job_id}": self._job,
            "/jobs/{job_id}/image": self._image,
            "/jobs/{job_id}/video": self._video,
            "/my-library": self._library,
            "/my-jobs": self._my_jobs,
            "/usage": self._usage,
        }
        posts: dict[str, Handler] = {f"/{kind}": self._submit for kind in get_args(Kind)}
        posts["/upload-image"] = self._upload
        self.app = self._app_of(
            [
                *(
                    Route(_PREFIX + path, self._guarded(gets[path]), methods=["GET"])
                    for path in gets
                ),
                *(
                    Route(_PREFIX + path, self._guarded(posts[path]), methods=["POST"])
                    for path in posts
                ),
            ]
        )

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: Request) -> Response:
            if request.headers.get("x-api-key") != self._key:
                return JSONResponse({"detail": "Invalid or disabled API key"}, status_code=403)
            try:
                return await handler(request)
            except Refused as refusal:
                return JSONResponse({"detail": refusal.detail}, status_code=refusal.status)

        return guarded

    async def _upload(self, request: Request) -> Response:
        async with request.form() as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise Refused(400, [{"loc": ["body", "file"], "msg": "file is required"}])
            head = await file.read(16)
            suffix = picture_suffix(head, file.size or 0)
            await file.seek(0)
            name = f"uploads/{secrets.token_hex(8)}.{suffix}"
            content = file.file
            await self._darkroom.wait_for(
                lambda: self._darkroom.keep(name, lambda part: _keep_upload(content, part))
            )
        return JSONResponse({"path": name})

    async def _submit(self, request: Request) -> Response:
        body = await json_object(request)
        kind: Kind = next(kind for kind in get_args(Kind) if request.url.path.endswith(f"/{kind}"))
        wanted = read_request(kind, body)
        for path in (path for one in wanted for path in one.references):
            if not path.startswith("uploads/") or not (self._darkroom.folder / path).is_file():
                raise Refused(400, f"Image not found: {path}")
        self._charge(wanted)
        job_ids = [self._start(one, body) for one in wanted]
        told = {"job_id": job_ids[0]} if len(job_ids) == 1 else {"job_ids": job_ids}
        return JSONResponse(told | {"status": "queued"})

    def _charge(self, wanted: list[FlowRequest]) -> None:
        cost = sum(one.outputs * (_CREDITS_PER_VIDEO if one.seconds else 1) for one in wanted)
        outputs = sum(one.outputs for one in wanted)
        if self.credits < cost:
            raise Refused(402, "Insufficient credits")
        if self.used_today + outputs > self.daily_limit:
            raise Refused(429, "Daily limit reached")
        self.credits -= cost
        self.used_today += outputs

    def _start(self, wanted: FlowRequest, body: dict[str, Any]) -> str:
        job_id = f"gw-{secrets.token_hex(6)}"
        self._requests[job_id] = wanted
        size = film.VIDEO_SIZES[wanted.ratio] if wanted.seconds else _image_size(wanted)
        self.accept(
            Task(
                task_id=job_id,
                kind=wanted.kind,
                body=body,
                submitted_at=self._clock(),
                seed=len(self.tasks),
                size=size,
                outputs=wanted.outputs,
                work_s=self._work_s(wanted),
            )
        )
        return job_id

    def _work_s(self, wanted: FlowRequest) -> float:
        if wanted.seconds:
            return self.pace.video_s
        return self.pace.hd_s if wanted.long_side > render.LONG_SIDE else self.image_work_s()

    async def _job(self, request: Request) -> Response:
        task = self._task_of(request)
        self.note_told(task)
        return JSONResponse(self._shown(task))

    def _shown(self, task: Task) -> dict[str, Any]:
        told: dict[str, Any] = {"job_id": task.task_id, "progress": 0, "images": [], "videos": []}
        match self.stage(task):
            case Waiting():
                return told | {"status": "queued"}
            case Running(fraction):
                return told | {"status": "running", "progress": int(fraction * 100)}
            case Failed(text):
                return told | {"status": "failed", "error": text}
            case Finished():
                results = {"videos" if self._is_video(task) else "images": self._addresses(task)}
                done = {"status": "completed", "progress": 100, "images_count": task.outputs}
                return told | done | results
            case never:
                assert_never(never)

    def _addresses(self, task: Task) -> list[str]:
        name = "video" if self._is_video(task) else "image"
        job = f"{self._base_url}{_PREFIX}/jobs/{task.task_id}"
        return [f"{job}/{name}?index={number}" for number in range(task.outputs)]

    def _is_video(self, task: Task) -> bool:
        return self._requests[task.task_id].seconds > 0

    async def _image(self, request: Request) -> Response:
        task, index = self._finished(request)
        if self._is_video(task):
            raise Refused(404, "This job has no images")
        path = await self._darkroom.wait_for(lambda: self._picture_file(task, index))
        return await self.answer_file(path, "image/png")

    async def _video(self, request: Request) -> Response:
        task, _ = self._finished(request)
        if not self._is_video(task):
            raise Refused(404, "This job has no videos")
        path = await self._darkroom.wait_for(lambda: self._film_file(task))
        return await self.answer_file(path, "video/mp4")

    def _task_of(self, request: Request) -> Task:
        task = self.tasks.get(request.path_params["job_id"])
        if task is None:
            raise Refused(404, "Job not found")
        return task

    def _finished(self, request: Request) -> tuple[Task, int]:
        task = self._task_of(request)
        index = request.query_params.get("index", "0")
        if not isinstance(self.stage(task), Finished):
            raise Refused(404, "Job is not finished")
        if not index.isdecimal() or int(index) >= task.outputs:
            raise Refused(404, "No such index")
        return task, int(index)

    def _picture_file(self, task: Task, index: int) -> Path:
        return self._darkroom.picture(
            f"{task.task_id}/{index}.png", lambda: self._drawn(task, index)
        )

    def _film_file(self, task: Task) -> Path:
        return self._darkroom.keep(f"{task.task_id}/0.mp4", lambda part: self._shoot(task, part))

    def _drawn(self, task: Task, index: int) -> Image.Image:
        wanted = self._requests[task.task_id]
        each = wanted.outputs // len(wanted.prompts)
        prompt, tile = wanted.prompts[index // each], index % each + 1
        # Drawn at its plain size and enlarged, as the service's upscaling does.
        size = render.size_of_ratio(wanted.ratio)
        if wanted.references:
            references = self._references(wanted)
            picture = render.draw_after(references, prompt, seed=task.seed, tile=tile, size=size)
        else:
            picture = render.draw(prompt, seed=task.seed, tile=tile, size=size)
        return picture if size == task.size else picture.resize(task.size, Image.Resampling.BICUBIC)

    def _shoot(self, task: Task, path: Path) -> None:
        wanted = self._requests[task.task_id]
        scenes = self._references(wanted)
        if not scenes:
            wide = render.size_of_ratio(wanted.ratio)
            scenes = [render.draw(wanted.prompts[0], seed=task.seed, tile=1, size=wide)]
        film.film(scenes, path, size=task.size, seconds=wanted.seconds, seed=task.seed)

    def _references(self, wanted: FlowRequest) -> list[Image.Image]:
        return [open_picture(self._darkroom.folder / path) for path in wanted.references]

    async def _my_jobs(self, _request: Request) -> Response:
        jobs = [
            self._listed(task) | {"status": self._shown(task)["status"]}
            for task in self._newest_first()
        ]
        return JSONResponse({"jobs": jobs})

    async def _library(self, _request: Request) -> Response:
        items = [
            self._listed(task) | {"index": index, "url": url}
            for task in self._newest_first()
            if isinstance(self.stage(task), Finished)
            for index, url in enumerate(self._addresses(task))
        ]
        return JSONResponse({"items": items})

    def _newest_first(self) -> list[Task]:
        return list(self.tasks.values())[::-1]

    def _listed(self, task: Task) -> dict[str, Any]:
        return {
            "job_id": task.task_id,
            "kind": task.kind,
            "prompt": self._requests[task.task_id].prompts[0],
            "created_at": (self._clock_zero + timedelta(seconds=task.submitted_at)).isoformat(),
        }

    async def _usage(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "plan": "monthly",
                "credits_remaining": self.credits,
                "image_used": sum(
                    task.outputs for task in self.tasks.values() if not self._is_video(task)
                ),
                "usage_today": self.used_today,
                "daily_limit": self.daily_limit,
                "max_concurrent_threads": self.lanes,
                "expires_at": self._expires_at.isoformat(),
            }
        )


def _image_size(wanted: FlowRequest) -> render.Size:
    return render.size_of_ratio(wanted.ratio, wanted.long_side)


def _keep_upload(content: BinaryIO, path: Path) -> None:
    with path.open("wb") as target:
        shutil.copyfileobj(content, target)
    try:
        with Image.open(path) as picture:
            picture.verify()
    except (OSError, SyntaxError):  # what Pillow raises for a PNG that ends in its middle
        path.unlink()
        raise Refused(400, "The image cannot be read") from None
