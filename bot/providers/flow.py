"""Imagen and Veo through Flow AI (docs/providers.md, "Flow AI").

The calls and what follows from them; the words are in `flow_words`. Keeps no state of tasks,
knows no job, chat or money, and sees the network only through `http`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bot.errors import (
    AccountUnusable,
    NotReady,
    NotSent,
    OutcomeUnknown,
    ProviderError,
    Rejected,
)
from bot.model import AssetKind, Millis, Operation, TaskId
from bot.providers import flow_words as words
from bot.providers.http import Http, Network
from bot.providers.port import (
    AccountReport,
    Capabilities,
    OperationSpec,
    Provider,
    RemoteAsset,
    Snapshot,
    Submission,
    Uploads,
)
from bot.providers.reading import UnknownWords, find_detail, read_task_id, read_time

_NAME = words.NAME
_FILE_MAX_BYTES = {AssetKind.IMAGE: 64 * 1024 * 1024, AssetKind.VIDEO: 512 * 1024 * 1024}
_PLACEHOLDER_BYTES = 100
"""A body this short right after completion is no file yet (seen in clients of the service)."""
_SHORT_WAIT_S = 600.0
"""Up to this Retry-After, 429 means busy lanes; longer or unsaid it is the daily limit."""
_CLOCKS_APART_MS = 60_000
_UPLOAD_MAX_BYTES = 20_000_000
"""The document says 20 MB: the smaller of the two things that can mean."""

_IMAGE_RATIOS = ("1:1", "16:9", "9:16", "4:3", "3:4")
_REFERENCE_IMAGE_RATIOS = ("1:1", "16:9", "9:16")
_VIDEO_RATIOS = ("16:9", "9:16", "1:1")
_IMAGE_REFERENCES = 6
"""The document names no limit."""
VIDEO_REFERENCES = 3
"""Veo takes as many; a key may be sold with another number."""


def _describe(*, offers_hd: bool, video_references: int) -> Capabilities:
    hd = ("2k", "4k") if offers_hd else ()
    return Capabilities(
        operations={
            Operation.IMAGE: OperationSpec(
                typical_s=30.0, max_count=4, ratios=_IMAGE_RATIOS, default_ratio="1:1", hd=hd
            ),
            Operation.REFERENCE_IMAGE: OperationSpec(
                typical_s=30.0,
                ratios=_REFERENCE_IMAGE_RATIOS,
                default_ratio="1:1",
                hd=hd,
                min_references=1,
                max_references=_IMAGE_REFERENCES,
            ),
            Operation.VIDEO: OperationSpec(
                typical_s=90.0,
                ratios=_VIDEO_RATIOS,
                default_ratio="16:9",
                lengths_s=(6, 8, 10),
                default_length_s=8,
            ),
            Operation.IMAGE_VIDEO: OperationSpec(
                typical_s=90.0,
                ratios=_VIDEO_RATIOS,
                default_ratio="16:9",
                min_references=1,
                max_references=1,
            ),
            Operation.REFERENCE_VIDEO: OperationSpec(
                typical_s=90.0,
                ratios=_VIDEO_RATIOS,
                default_ratio="16:9",
                voices=words.VOICES,
                min_references=1,
                max_references=video_references,
            ),
        },
        prompt_max=4000,  # the vendor names no limit; a Telegram message holds little more
        can_find_submitted=True,
        uploads=Uploads(("image/jpeg", "image/png", "image/webp"), _UPLOAD_MAX_BYTES),
        nicknames=("imagen", "veo", "google"),
    )


class Flow(Provider):
    """One Flow AI key.

    ``base_url`` includes the prefix: ``https://HOST/public/api/v1``. ``offers_hd``: whether 2K
    and 4K pictures are offered, which the vendor sells but does not document.
    ``video_references``: how many pictures one video may be made from.
    """

    name = _NAME
    title = "Flow AI"

    def __init__(
        self,
        *,
        key: str,
        base_url: str,
        offers_hd: bool,
        video_references: int = VIDEO_REFERENCES,
        network: Network | None = None,
    ) -> None:
        self.capabilities = _describe(offers_hd=offers_hd, video_references=video_references)
        self._base = base_url.rstrip("/")
        self._http = Http(
            _NAME,
            key_header=("X-API-Key", key),
            origins=(base_url,),
            network=network or Network(),
        )
        known = words.QUEUED | words.RUNNING | words.DONE | words.FAILED
        self._unknown_words = UnknownWords(_NAME, known)

    async def submit(self, submission: Submission) -> TaskId:
        """As in the port; one prompt per task, so that progress and index mean one thing."""
        path, body = words.translate(submission)
        with _limits_told_apart():
            data = await self._http.submit(f"{self._base}/{path}", body)
        task_id = words.read_job_id(data)
        if task_id is not None:
            return task_id
        if _is_refusal(data):
            raise Rejected(_NAME, find_detail(data), status=200)
        raise OutcomeUnknown(_NAME, find_detail(data), status=200)

    async def upload(self, file: Path) -> str:
        """As in the port."""
        with _limits_told_apart():
            data = await self._http.upload(f"{self._base}/upload-image", "file", file)
        handle = words.read_path(data)
        if handle is not None:
            return handle
        if _is_refusal(data):
            raise Rejected(_NAME, find_detail(data), status=200)
        raise NotSent(_NAME, find_detail(data), status=200)

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
                snapshots[task_id] = words.read_snapshot(data)
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
        jobs = words.jobs_in(await self._http.read(f"{self._base}/my-jobs")) or []
        found = [
            (made_at, task_id)
            for job in jobs
            if isinstance(job, Mapping)
            and (task_id := words.read_job_id(job) or read_task_id(job.get("id"))) is not None
            and task_id not in claimed
            and (made_at := read_time(job.get("created_at"))) is not None
            and made_at >= since - _CLOCKS_APART_MS
            and words.is_same_wish(job, submission)
        ]
        return min(found)[1] if found else None

    async def account(self) -> AccountReport:
        """As in the port, of three calls; one that fails leaves out what it would have told."""
        paths = ("usage", "my-jobs", "my-library")
        calls = (self._http.read(f"{self._base}/{path}") for path in paths)
        told = await asyncio.gather(*calls, return_exceptions=True)
        failures = [answer for answer in told if isinstance(answer, BaseException)]
        for failure in failures:
            if isinstance(failure, AccountUnusable) or not isinstance(failure, ProviderError):
                raise failure
        if len(failures) == len(paths):
            raise failures[0]
        return words.read_account(*told)

    async def aclose(self) -> None:
        await self._http.aclose()

    def _job_url(self, task_id: TaskId) -> str:
        return f"{self._base}/jobs/{quote(task_id, safe='')}"


@contextlib.contextmanager
def _limits_told_apart() -> Iterator[None]:
    """429 is said both of lanes that are busy and of a day that is used up."""
    try:
        yield
    except NotSent as error:
        wait_s = error.retry_after_s
        is_long = wait_s is None or wait_s > _SHORT_WAIT_S
        error.is_daily_limit = error.status == 429 and is_long
        raise


def _is_refusal(data: Any) -> bool:
    return isinstance(data, Mapping) and bool(data.get("error") or data.get("detail"))


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
