"""Imagen and Veo through Flow AI (providers.md §2).

Translates between the port and Flow's routes and words; keeps no state of tasks. Knows no job,
chat or money, and sees the network only through `http`.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from bot.errors import NotReady, NotSent, OutcomeUnknown, Rejected
from bot.model import AssetKind, Millis, Operation, Request, TaskId
from bot.providers.http import Http, Network
from bot.providers.port import (
    Capabilities,
    Failed,
    OperationSpec,
    Provider,
    Queued,
    RemoteAsset,
    Running,
    Snapshot,
    Submission,
    Succeeded,
)
from bot.providers.reading import (
    UnknownWords,
    find_detail,
    read_count,
    read_percent,
    read_status,
    read_task_id,
    read_time,
)

_NAME = "flow"
_FILE_MAX_BYTES = {AssetKind.IMAGE: 64 * 1024 * 1024, AssetKind.VIDEO: 512 * 1024 * 1024}
_PLACEHOLDER_BYTES = 100
"""A body this short right after completion is no file yet (seen in clients of the service)."""
_SHORT_WAIT_S = 600.0
"""Up to this Retry-After, 429 means busy lanes; longer or unsaid it is the daily limit."""
_COUNT_MAX = 16
"""More files than any job makes: a larger number in an answer is not believed."""
_CLOCKS_APART_MS = 60_000

_QUEUED = frozenset({"queued"})
_RUNNING = frozenset({"running"})
_DONE = frozenset({"completed"})
_FAILED = frozenset({"failed"})

_IMAGE_RATIOS = ("1:1", "16:9", "9:16", "4:3", "3:4")
_VIDEO_RATIOS = ("16:9", "9:16", "1:1")


def _describe(*, offers_hd: bool) -> Capabilities:
    return Capabilities(
        operations={
            Operation.IMAGE: OperationSpec(
                typical_s=30.0,
                max_count=4,
                ratios=_IMAGE_RATIOS,
                default_ratio="1:1",
                hd=("2k", "4k") if offers_hd else (),
            ),
            Operation.VIDEO: OperationSpec(
                typical_s=90.0,
                ratios=_VIDEO_RATIOS,
                default_ratio="16:9",
                lengths_s=(6, 8, 10),
                default_length_s=8,
            ),
        },
        prompt_max=4000,  # the vendor names no limit; a Telegram message holds little more
        can_find_submitted=True,
    )


class Flow(Provider):
    """One Flow AI key.

    ``base_url`` includes the prefix: ``https://HOST/public/api/v1``. ``offers_hd``: whether 2K
    and 4K pictures are offered, which the vendor sells but does not document.
    """

    name = _NAME
    title = "Flow AI"

    def __init__(
        self, *, key: str, base_url: str, offers_hd: bool, network: Network | None = None
    ) -> None:
        self.capabilities = _describe(offers_hd=offers_hd)
        self._base = base_url.rstrip("/")
        self._http = Http(
            _NAME,
            key_header=("X-API-Key", key),
            origins=(base_url,),
            network=network or Network(),
        )
        self._unknown_words = UnknownWords(_NAME, _QUEUED | _RUNNING | _DONE | _FAILED)

    async def submit(self, submission: Submission) -> TaskId:
        """As in the port; one prompt per task, so that progress and index mean one thing."""
        path, body = _translate(submission.request)
        try:
            data = await self._http.submit(f"{self._base}/{path}", body)
        except NotSent as error:
            wait_s = error.retry_after_s
            error.is_daily_limit = error.status == 429 and (
                wait_s is None or wait_s > _SHORT_WAIT_S
            )
            raise
        task_id = _read_job_id(data)
        if task_id is not None:
            return task_id
        if isinstance(data, Mapping) and (data.get("error") or data.get("detail")):
            raise Rejected(_NAME, find_detail(data), status=200)
        raise OutcomeUnknown(_NAME, find_detail(data), status=200)

    async def poll(self, task_ids: Sequence[TaskId]) -> Mapping[TaskId, Snapshot]:
        """As in the port."""
        snapshots: dict[TaskId, Snapshot] = {}
        for task_id in task_ids:
            try:
                data = await self._http.read(self._job_url(task_id))
            except Rejected:
                continue  # 404 also means "not finished" here: only a deadline ends the job
            if isinstance(data, Mapping):
                self._unknown_words.note(data)
                snapshots[task_id] = read_snapshot(data)
        return snapshots

    @contextlib.asynccontextmanager
    async def open(
        self, task_id: TaskId, asset: RemoteAsset
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """As in the port; files are asked for by index, with the key."""
        url = f"{self._job_url(task_id)}/{asset.kind.value}?index={asset.index}"
        max_bytes = _FILE_MAX_BYTES[asset.kind]
        async with self._http.result(url, headers=self._http.key, max_bytes=max_bytes) as chunks:
            head = await _read_head(chunks)
            async with contextlib.aclosing(_rejoin(head, chunks)) as whole:
                yield whole

    async def find_submitted(
        self, submission: Submission, *, since: Millis, claimed: frozenset[TaskId]
    ) -> TaskId | None:
        """As in the port; the oldest unclaimed task that says the same prompt and kind.

        A task without a readable time is not taken: it could be anybody's.
        """
        jobs = _list_in(await self._http.read(f"{self._base}/my-jobs"))
        found = [
            (made_at, task_id)
            for job in jobs
            if isinstance(job, Mapping)
            and (task_id := _read_job_id(job) or read_task_id(job.get("id"))) is not None
            and task_id not in claimed
            and (made_at := read_time(job.get("created_at"))) is not None
            and made_at >= since - _CLOCKS_APART_MS
            and _is_same_wish(job, submission.request)
        ]
        return min(found)[1] if found else None

    async def aclose(self) -> None:
        await self._http.aclose()

    def _job_url(self, task_id: TaskId) -> str:
        return f"{self._base}/jobs/{quote(task_id, safe='')}"


def _translate(request: Request) -> tuple[str, dict[str, Any]]:
    """The route and the body of a submit; what the request leaves open is left to Flow."""
    optional: dict[str, Any]
    match request.operation:
        case Operation.IMAGE:
            path = "text-to-image"
            optional = {
                "num_images": request.count,
                "upscale_quality": request.hd.upper() if request.hd else None,
            }
        case Operation.VIDEO:
            path = "text-to-video"
            optional = {"video_length_seconds": request.length_s}
        case _:
            raise Rejected(_NAME, f"{request.operation} is not made here")
    body = {"prompts": [request.prompt], "aspect_ratio": request.ratio, **optional}
    return path, {field: value for field, value in body.items() if value is not None}


def _read_job_id(data: Any) -> TaskId | None:
    """From ``job_id``, or the first of ``job_ids`` (seen for videos)."""
    if not isinstance(data, Mapping):
        return None
    several = data.get("job_ids")
    first = several[0] if isinstance(several, list) and several else None
    return read_task_id(data.get("job_id")) or read_task_id(first)


def read_snapshot(data: Mapping[str, Any]) -> Snapshot:
    """How a task stands, from an answer to ``/jobs/{id}``. What is not understood runs on."""
    status = read_status(data)
    if status in _FAILED:
        return Failed(find_detail(data))
    if status in _DONE:
        assets = _read_assets(data)
        return Succeeded(assets) if assets else Failed(find_detail(data))
    return Queued() if status in _QUEUED else Running(read_percent(data.get("progress")))


def _read_assets(data: Mapping[str, Any]) -> tuple[RemoteAsset, ...]:
    """As many files as the answer tells of; one, of the kind it hints at, when it tells nothing."""
    for kind, field in ((AssetKind.VIDEO, "videos"), (AssetKind.IMAGE, "images")):
        listed = data.get(field)
        counted = len(listed) if isinstance(listed, list) else 0
        if count := read_count(data.get(f"{field}_count")) or counted:
            return tuple(RemoteAsset(kind, index) for index in range(min(count, _COUNT_MAX)))
    if read_count(data.get("images_count")) == 0 or data.get("error"):
        return ()
    return (RemoteAsset(_read_kind(data) or AssetKind.IMAGE, 0),)


def _read_kind(data: Mapping[str, Any]) -> AssetKind | None:
    words = (data.get(field) for field in ("kind", "type", "job_type", "mode", "operation"))
    said = " ".join(word.lower() for word in words if isinstance(word, str))
    if "video" in said:  # first: one is called image-to-video
        return AssetKind.VIDEO
    return AssetKind.IMAGE if "image" in said else None


def _list_in(data: Any) -> list[Any]:
    """A bare list, or the first one under the names such lists go by."""
    if isinstance(data, list):
        return data
    if not isinstance(data, Mapping):
        return []
    lists = (data.get(field) for field in ("jobs", "items", "images", "data"))
    return next((found for found in lists if isinstance(found, list)), [])


def _is_same_wish(job: Mapping[str, Any], request: Request) -> bool:
    prompts = job.get("prompts")
    first = prompts[0] if isinstance(prompts, list) and prompts else None
    prompt = job.get("prompt", first)
    if not isinstance(prompt, str) or prompt.split() != request.prompt.split():
        return False
    return _read_kind(job) in {None, request.operation.output_kind}


async def _read_head(chunks: AsyncIterator[bytes]) -> bytes:
    """The first bytes, enough to tell a file from a placeholder. Raises NotReady."""
    head = b""
    async for chunk in chunks:
        head += chunk
        if len(head) > _PLACEHOLDER_BYTES:
            return head
    raise NotReady(_NAME, f"only {len(head)} bytes yet")


async def _rejoin(head: bytes, rest: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    yield head
    async for chunk in rest:
        yield chunk
