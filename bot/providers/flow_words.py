"""Flow AI's words: what a wish is called there, and what its answers say (docs/providers.md, "Flow AI"). Pure.

Knows nothing of HTTP or of where a task stands in our books.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.errors import Rejected
from bot.model import AssetKind, Operation, TaskId
from bot.providers.port import (
    AccountReport,
    Failed,
    Queued,
    RemoteAsset,
    Running,
    Snapshot,
    Submission,
    Succeeded,
)
from bot.providers.reading import (
    OUTPUTS_MAX,
    find_detail,
    list_in,
    read_amount,
    read_count,
    read_name,
    read_percent,
    read_status,
    read_task_id,
    read_time,
)

NAME: Final = "flow"

ROUTES: Final[Mapping[Operation, str]] = {
    Operation.IMAGE: "text-to-image",
    Operation.REFERENCE_IMAGE: "reference-to-image",
    Operation.VIDEO: "text-to-video",
    Operation.IMAGE_VIDEO: "image-to-video",
    Operation.REFERENCE_VIDEO: "multi-ref-video",
}
_SHORT_NAMES: Final[Mapping[str, Operation]] = {
    "t2i": Operation.IMAGE,
    "r2i": Operation.REFERENCE_IMAGE,
    "t2v": Operation.VIDEO,
    "i2v": Operation.IMAGE_VIDEO,
    "r2v": Operation.REFERENCE_VIDEO,
}
"""What the vendor's own page calls them beside the routes."""

VOICES: Final = (
    *("achernar", "achird", "algenib", "algieba", "alnilam", "aoede", "autonoe", "callirrhoe"),
    *("charon", "despina", "enceladus", "erinome", "fenrir", "gacrux", "iapetus", "kore"),
    *("laomedeia", "leda", "orus", "pulcherrima", "puck", "rasalgethi", "sadachbia"),
    *("sadaltager", "schedar", "sulafat", "umbriel", "vindemiatrix", "zephyr", "zubenelgenubi"),
)

QUEUED = frozenset({"queued"})
RUNNING = frozenset({"running"})
DONE = frozenset({"completed"})
FAILED = frozenset({"failed"})


def translate(submission: Submission) -> tuple[str, dict[str, Any]]:
    """The route and the body of a submit; what the request leaves open is left to Flow.

    Raises Rejected for what Flow has no route for, or a picture too many or too few.
    """
    request = submission.request
    path = ROUTES.get(request.operation)
    if path is None:
        raise Rejected(NAME, f"{request.operation} is not made here")
    hd = request.hd.upper() if request.hd else None
    wish: dict[str, Any]
    match request.operation:
        case Operation.IMAGE:
            wish = {
                "prompts": [request.prompt],
                "num_images": request.count,
                "upscale_quality": hd,
            }
        case Operation.REFERENCE_IMAGE:
            wish = {
                "prompts": [request.prompt],
                "reference_images": _pictures(submission),
                "upscale_quality": hd,
            }
        case Operation.IMAGE_VIDEO:
            [picture, *others] = _pictures(submission)
            if others:
                raise Rejected(NAME, "such a video begins with one picture")
            wish = {"items": [{"image_path": picture, "prompt": request.prompt}]}
        case Operation.REFERENCE_VIDEO:
            item = {"image_paths": _pictures(submission), "prompt": request.prompt}
            wish = {"items": [item], "voice": request.voice}
        case _:
            wish = {"prompts": [request.prompt], "video_length_seconds": request.length_s}
    body = {**wish, "aspect_ratio": request.ratio}
    return path, {field: value for field, value in body.items() if value is not None}


def _pictures(submission: Submission) -> list[str]:
    if not submission.references:
        raise Rejected(NAME, "no picture to work from")
    return list(submission.references)


def read_job_id(data: Any) -> TaskId | None:
    """From ``job_id``, or the first of ``job_ids`` (seen for videos)."""
    if not isinstance(data, Mapping):
        return None
    several = data.get("job_ids")
    first = several[0] if isinstance(several, list) and several else None
    return read_task_id(data.get("job_id")) or read_task_id(first)


def read_path(data: Any) -> str | None:
    """The handle of an uploaded picture."""
    path = data.get("path") if isinstance(data, Mapping) else None
    return path if isinstance(path, str) and path else None


def read_snapshot(data: Mapping[str, Any]) -> Snapshot:
    """How a task stands, from an answer to ``/jobs/{id}``. What is not understood runs on."""
    status = read_status(data)
    if status in FAILED:
        return Failed(find_detail(data))
    if status in DONE:
        return _read_result(data)
    return Queued() if status in QUEUED else Running(read_percent(data.get("progress")))


def _read_result(data: Mapping[str, Any]) -> Succeeded | Failed:
    """As many files as the answer tells of; when it tells of none, as many as will be found."""
    for kind, field in ((AssetKind.VIDEO, "videos"), (AssetKind.IMAGE, "images")):
        listed = data.get(field)
        counted = len(listed) if isinstance(listed, list) else 0
        if count := read_count(data.get(f"{field}_count")) or counted:
            indexes = range(min(count, OUTPUTS_MAX))
            return Succeeded(tuple(RemoteAsset(kind, index) for index in indexes))
    if read_count(data.get("images_count")) == 0 or data.get("error"):
        return Failed(find_detail(data))
    first = RemoteAsset(read_kind(data) or AssetKind.IMAGE, 0)
    return Succeeded((first,), is_count_known=False)


def read_kind(data: Mapping[str, Any]) -> AssetKind | None:
    """Picture or video, from whatever word the answer has for it."""
    said = _said(data)
    known = [_SHORT_NAMES[word] for word in said.split() if word in _SHORT_NAMES]
    if known:
        return known[0].output_kind
    if "video" in said:  # first: one is called image-to-video
        return AssetKind.VIDEO
    return AssetKind.IMAGE if "image" in said else None


def _said(data: Mapping[str, Any]) -> str:
    words = (data.get(field) for field in ("kind", "type", "job_type", "mode", "operation"))
    return " ".join(word.lower().replace("_", "-") for word in words if isinstance(word, str))


def is_same_wish(job: Mapping[str, Any], submission: Submission) -> bool:
    """Whether an entry of a list of jobs says the same words and nothing that contradicts."""
    request = submission.request
    prompt = _prompt_of(job)
    if prompt is None or prompt.split() != request.prompt.split():
        return False
    said = _said(job)
    named = [operation for operation, route in ROUTES.items() if route in said]
    named += [_SHORT_NAMES[word] for word in said.split() if word in _SHORT_NAMES]
    if named:
        return request.operation in named
    return read_kind(job) in {None, request.operation.output_kind}


def _prompt_of(job: Mapping[str, Any]) -> str | None:
    """Where a wish of this kind has its words: beside the job, in a list, or in its item."""
    first = _first(job.get("items"))
    inner = first.get("prompt") if isinstance(first, Mapping) else None
    candidates = (job.get("prompt"), _first(job.get("prompts")), inner)
    return next((words for words in candidates if isinstance(words, str)), None)


def _first(values: Any) -> Any:
    return values[0] if isinstance(values, list) and values else None


def jobs_in(data: Any) -> list[Any] | None:
    """The list in an answer to ``/my-jobs`` or ``/my-library``, whose shape nobody documents."""
    return list_in(data, "jobs", "items", "images", "data")


def read_account(usage: Any, jobs: Any, library: Any) -> AccountReport:
    """What ``/usage``, ``/my-jobs`` and ``/my-library`` say; None for one that said nothing."""
    told = usage if isinstance(usage, Mapping) else {}
    listed, kept = jobs_in(jobs), jobs_in(library)
    return AccountReport(
        plan=read_name(told.get("plan")),
        credits_left=read_amount(told.get("credits_remaining")),
        used_today=read_count(told.get("usage_today")),
        daily_limit=read_count(told.get("daily_limit")),
        lanes=read_count(told.get("max_concurrent_threads")),
        outputs_made=read_count(told.get("image_used")),
        expires_at=read_time(told.get("expires_at")),
        listed_tasks=None if listed is None else len(listed),
        library_items=None if kept is None else len(kept),
    )
