"""Rows to records and back. Knows the columns; knows nothing of what the records are for."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from bot.model import (
    Asset,
    AssetKind,
    ChatId,
    Job,
    JobId,
    JobState,
    MessageId,
    Outgoing,
    Place,
    Reason,
    Request,
    Say,
    Urgency,
)
from bot.store.port import Row

_JOB_FIELDS = tuple(field.name for field in dataclasses.fields(Job))


def read_job(row: Row) -> Job:
    values = {name: row[name] for name in _JOB_FIELDS}
    values |= {
        "state": JobState(row["state"]),
        "request": Request.from_json(json.loads(row["request"])),
        "reason": Reason(row["reason"]) if row["reason"] else None,
        "priority": bool(row["priority"]),
        "holds_lane": bool(row["holds_lane"]),
        "is_muted": bool(row["is_muted"]),
        "to_private": bool(row["to_private"]),
    }
    return Job(**values)


def job_values(job: Job) -> dict[str, Any]:
    """Every column of ``job``."""
    values: dict[str, Any] = {name: getattr(job, name) for name in _JOB_FIELDS}
    values |= {
        "state": job.state.value,
        "operation": job.request.operation.value,
        "output_kind": job.request.operation.output_kind.value,
        "request": request_value(job.request),
        "likeness": job.request.likeness,
        "reason": job.reason.value if job.reason else None,
        "priority": int(job.priority),
        "holds_lane": int(job.holds_lane),
        "is_muted": int(job.is_muted),
        "to_private": int(job.to_private),
    }
    return values


def request_value(request: Request) -> str:
    """As in the column: equal requests are equal text."""
    return json.dumps(request.to_json(), ensure_ascii=False, sort_keys=True)


def read_asset(row: Row) -> Asset:
    return Asset(
        job_id=JobId(row["job_id"]),
        tile=row["tile"],
        kind=AssetKind(row["kind"]),
        path=row["path"],
        mime=row["mime"],
        width=row["width"],
        height=row["height"],
        size_bytes=row["size_bytes"],
        duration_s=None if row["duration_ms"] is None else row["duration_ms"] / 1000,
        photo_file_id=row["photo_file_id"],
        document_file_id=row["document_file_id"],
    )


def asset_values(asset: Asset) -> dict[str, Any]:
    """The columns written when the file has come; Telegram's handles follow later."""
    return {
        "job_id": asset.job_id,
        "tile": asset.tile,
        "kind": asset.kind.value,
        "path": asset.path,
        "mime": asset.mime,
        "width": asset.width,
        "height": asset.height,
        "size_bytes": asset.size_bytes,
        "duration_ms": None if asset.duration_s is None else round(asset.duration_s * 1000),
    }


def read_outgoing(row: Row) -> Outgoing:
    return Outgoing(
        outbox_id=row["outbox_id"],
        say=Say(row["say"]),
        place=Place(
            ChatId(row["chat_id"]),
            row["thread_id"],
            None if row["reply_to"] is None else MessageId(row["reply_to"]),
        ),
        job_id=row["job_id"],
        tile=row["tile"],
        payload=json.loads(row["payload"]),
        urgency=Urgency(row["urgency"]),
        attempts=row["attempts"],
        sends=row["sends"],
    )
