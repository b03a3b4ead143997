"""Midjourney through Apiframe (docs/providers.md, "Apiframe").

Translates between the port and Apiframe's routes and words; keeps no state of tasks. Knows no
job, chat or money, and sees the network only through `http`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

from bot.errors import (
    AccountUnusable,
    BadAddress,
    OutcomeUnknown,
    ProviderError,
    Rejected,
)
from bot.model import AssetKind, Operation, Request, TaskId
from bot.providers.http import Http, Network
from bot.providers.port import (
    AccountReport,
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
    OUTPUTS_MAX,
    UnknownWords,
    find_detail,
    list_in,
    read_amount,
    read_count,
    read_name,
    read_percent,
    read_status,
    read_task_id,
)

_NAME = "apiframe"
_FILE_MAX_BYTES = 64 * 1024 * 1024
_FETCH_MANY_MAX = 20
_SQUARE = "square"
_SQUARE_TYPE = "1"
"""How `/zoom` says "make it square"."""

_WAITING = frozenset({"pending", "staged"})
_WORKING = frozenset({"starting", "processing", "retry", "retrying"})
_DONE = frozenset({"finished", "completed"})
_FAILED = frozenset({"failed"})
_ALL_BUT_TOLD = 99
"""Per cent of a task that is done but has told no file yet."""

_CAPABILITIES = Capabilities(
    operations={
        Operation.IMAGE: OperationSpec(
            typical_s=45.0,
            default_count=4,
            max_count=4,
            modes=("fast", "turbo"),
            takes_flags=True,
        ),
        Operation.VARIATION: OperationSpec(
            typical_s=45.0, default_count=4, max_count=4, strengths=("strong", "subtle")
        ),
        Operation.UPSCALE: OperationSpec(typical_s=30.0, strengths=("subtle", "creative")),
        Operation.PAN: OperationSpec(
            typical_s=45.0,
            default_count=4,
            max_count=4,
            directions=("left", "right", "up", "down"),
        ),
        Operation.ZOOM: OperationSpec(
            typical_s=45.0,
            default_count=4,
            max_count=4,
            factors=("2", "1.5", _SQUARE),
            factor_max=2.0,
        ),
    },
    prompt_max=4000,  # the vendor names no limit; a Telegram message holds little more
    poll_batch=_FETCH_MANY_MAX,
    has_webhook=True,
    nicknames=("midjourney", "mj"),
)


class Apiframe(Provider):
    """One Apiframe key.

    ``base_url``: where work is ordered; ``fetch_url``: where it is asked after. Sources
    disagree on the second, so both are settings.
    """

    name = _NAME
    title = "Midjourney"
    capabilities = _CAPABILITIES

    def __init__(
        self, *, key: str, base_url: str, fetch_url: str, network: Network | None = None
    ) -> None:
        self._base = base_url.rstrip("/")
        self._fetch = fetch_url.rstrip("/")
        self._http = Http(
            _NAME,
            key_header=("Authorization", key),  # bare: `Bearer` is answered with 401
            origins=(base_url, fetch_url),
            network=network or Network(),
        )
        self._unknown_words = UnknownWords(_NAME, _WAITING | _WORKING | _DONE | _FAILED)

    async def submit(self, submission: Submission) -> TaskId:
        """As in the port."""
        path, body = _translate(submission)
        data = await self._http.submit(f"{self._base}/{path}", body)
        task_id = read_task_id(data.get("task_id")) if isinstance(data, Mapping) else None
        if task_id is not None:
            return task_id
        if isinstance(data, Mapping) and (data.get("errors") or data.get("error")):
            raise Rejected(_NAME, find_detail(data), status=200)
        raise OutcomeUnknown(_NAME, find_detail(data), status=200)

    async def poll(self, task_ids: Sequence[TaskId]) -> Mapping[TaskId, Snapshot]:
        """As in the port."""
        if len(task_ids) < 2:  # fetch-many wants 2 to 20
            return await self._poll_each(task_ids)
        try:
            data = await self._http.read(f"{self._fetch}/fetch-many", {"task_ids": list(task_ids)})
        except Rejected:
            return await self._poll_each(task_ids)
        return self._match(task_ids, list_in(data, "tasks") or ())

    async def _poll_each(self, task_ids: Sequence[TaskId]) -> Mapping[TaskId, Snapshot]:
        """One read per task: one that fails does not keep the others from being told."""
        answers = await asyncio.gather(*map(self._poll_one, task_ids), return_exceptions=True)
        snapshots: dict[TaskId, Snapshot] = {}
        failure: ProviderError | None = None
        for answer in answers:
            match answer:
                case AccountUnusable():
                    raise answer
                case Rejected():
                    continue
                case ProviderError():
                    failure = answer
                case BaseException():
                    raise answer
                case _:
                    snapshots |= answer
        if failure and not snapshots:
            raise failure
        return snapshots

    async def _poll_one(self, task_id: TaskId) -> Mapping[TaskId, Snapshot]:
        data = await self._http.read(f"{self._fetch}/fetch", {"task_id": task_id})
        if not isinstance(data, Mapping):
            return {}
        return self._match([task_id], [{"task_id": task_id, **data}])

    def _match(self, task_ids: Sequence[TaskId], tasks: Iterable[Any]) -> Mapping[TaskId, Snapshot]:
        """By handle, never by order."""
        snapshots: dict[TaskId, Snapshot] = {}
        for task in tasks:
            task_id = read_task_id(task.get("task_id")) if isinstance(task, Mapping) else None
            if task_id is not None and task_id in task_ids:
                self._unknown_words.note(task)
                snapshots[task_id] = read_snapshot(task)
        return snapshots

    @contextlib.asynccontextmanager
    async def open(
        self, task_id: TaskId, asset: RemoteAsset
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """As in the port; results lie at public addresses and are fetched without the key."""
        if asset.url is None:
            raise BadAddress(_NAME, f"file {asset.index} of {task_id} has no address")
        async with self._http.result(asset.url, headers={}, max_bytes=_FILE_MAX_BYTES) as chunks:
            yield chunks

    async def account(self) -> AccountReport:
        """As in the port."""
        data = await self._http.read(f"{self._fetch}/account")
        if not isinstance(data, Mapping):
            return AccountReport()
        return AccountReport(
            plan=read_name(data.get("plan")),
            credits_left=read_amount(data.get("credits")),
            outputs_made=read_count(data.get("total_images")),
        )

    def read_webhook(self, body: Any) -> TaskId | None:
        """As in the port."""
        return read_task_id(body.get("task_id")) if isinstance(body, Mapping) else None

    async def aclose(self) -> None:
        await self._http.aclose()


def _translate(submission: Submission) -> tuple[str, dict[str, Any]]:
    """The route and the body of a submit."""
    request = submission.request
    body: dict[str, Any]
    match request.operation:
        case Operation.IMAGE:
            path, body = "imagine", {"prompt": _compose_prompt(request)}
            if request.mode:
                body["mode"] = request.mode
        case Operation.VARIATION:
            path, body = "vary", _act_on_tile(submission, request.strength or "strong")
        case Operation.UPSCALE:
            path, body = "upscale", _act_on_tile(submission, request.strength or "subtle")
        case Operation.PAN:
            path, body = "pan", _act_on_tile(submission, request.direction or "left")
        case Operation.ZOOM:
            factor = _SQUARE_TYPE if request.factor == _SQUARE else request.factor or "2"
            path, body = "zoom", _act_on_tile(submission, factor)
        case _:
            raise Rejected(_NAME, f"{request.operation} is not made here")
    if submission.webhook_url:
        body["webhook_url"] = submission.webhook_url
    if submission.webhook_secret:
        body["webhook_secret"] = submission.webhook_secret
    return path, body


def _compose_prompt(request: Request) -> str:
    """There is no field for the ratio: it rides in the prompt with the other flags."""
    ratio = f"--ar {request.ratio}" if request.ratio else ""
    return " ".join(filter(None, (request.prompt, request.flags, ratio)))


def _act_on_tile(submission: Submission, how: str) -> dict[str, Any]:
    """The one tile of a single picture is its first, whatever made it."""
    if submission.parent_task_id is None:
        raise Rejected(_NAME, "no picture to work on")
    return {
        "parent_task_id": submission.parent_task_id,
        "index": str(submission.request.tile or 1),  # documented as a string
        "type": how,  # a number too goes as a string: the vendor's page types it so
    }


def read_snapshot(data: Mapping[str, Any]) -> Snapshot:
    """How a task stands, from an answer to fetch (or the body of a webhook).

    Finished is a done-word, or no status at all beside a result: the vendor's finished example
    has no status. A result beside any other word is a preview. What is not understood runs on,
    and so does a done-word that tells neither files nor an error: the files may be told later.
    """
    status = read_status(data)
    if status in _FAILED:
        return Failed(find_detail(data))
    assets = _read_assets(data)
    if assets and (status in _DONE or not status):
        return Succeeded(assets)
    if status in _DONE:
        has_error = data.get("errors") or data.get("error")
        return Failed(find_detail(data)) if has_error else Running(_ALL_BUT_TOLD)
    return Queued() if status in _WAITING else Running(read_percent(data.get("percentage")))


def _read_assets(data: Mapping[str, Any]) -> tuple[RemoteAsset, ...]:
    """The tiles; without them the single picture; without it the grid."""
    tiles = data.get("image_urls")
    urls = tiles if isinstance(tiles, list) else []
    for candidates in (urls, [data.get("image_url")], [data.get("original_image_url")]):
        assets = tuple(
            RemoteAsset(AssetKind.IMAGE, index, url)
            for index, url in enumerate(candidates[:OUTPUTS_MAX])
            if isinstance(url, str) and url.startswith(("https://", "http://"))
        )
        if assets:
            return assets
    return ()
