"""The seam every provider is reached through. Knows no chat, no job, no money, no database.

An adapter translates and does nothing else: pace, retries, deadlines, lanes and money belong
to the core. "Adding a provider" is a file beside this one and a line in `bot/app.py`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from bot.model import AssetKind, Millis, Operation, Request, TaskId


@dataclasses.dataclass(frozen=True, slots=True)
class RemoteAsset:
    """One file of a finished task, still at the provider."""

    kind: AssetKind
    index: int
    """From 0, in the provider's order."""
    url: str | None = None
    """Where it lies, when the provider names an address."""


@dataclasses.dataclass(frozen=True, slots=True)
class Queued:
    """Accepted, not begun."""


@dataclasses.dataclass(frozen=True, slots=True)
class Running:
    """Under way. ``progress``: whole per cent 0–100, None when the provider does not say."""

    progress: int | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Succeeded:
    """Finished with these files (at least one)."""

    assets: tuple[RemoteAsset, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Failed:
    """Ended without a file. ``detail``: the provider's words, cleaned; may be empty."""

    detail: str = ""


Snapshot = Queued | Running | Succeeded | Failed
"""How a task stands. What an adapter does not understand is Running: only a deadline ends it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Submission:
    """What is handed over: the request, and where the provider may call back."""

    request: Request
    parent_task_id: TaskId | None = None
    """The task whose tile ``request.tile`` is acted on."""
    webhook_url: str | None = None
    webhook_secret: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class OperationSpec:
    """What one operation can be asked for. Buttons, help and validation come from here."""

    typical_s: float
    """How long it usually takes, until the bot's own history knows better."""
    default_count: int = 1
    max_count: int = 1
    """Outputs of one request; equal to ``default_count`` when they cannot be chosen."""
    ratios: tuple[str, ...] = ()
    """Allowed `W:H`; empty: any."""
    default_ratio: str | None = None
    modes: tuple[str, ...] = ()
    hd: tuple[str, ...] = ()
    lengths_s: tuple[int, ...] = ()
    default_length_s: int | None = None
    strengths: tuple[str, ...] = ()
    """The first is the default."""
    takes_flags: bool = False
    """Midjourney's own flags ride in the prompt."""


@dataclasses.dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do and how it wants to be asked."""

    operations: Mapping[Operation, OperationSpec]
    prompt_max: int
    """Longest prompt, in characters."""
    poll_batch: int = 1
    """Tasks one read can ask for."""
    has_webhook: bool = False
    can_find_submitted: bool = False
    """A lost submit can be looked up at the provider."""


class Provider(Protocol):
    """One account of one outside service."""

    name: str
    """As in `--with NAME` and the job row."""
    title: str
    """As people read it: "Midjourney"."""
    capabilities: Capabilities

    async def submit(self, submission: Submission) -> TaskId:
        """Order the work, once.

        Raises NotSent, OutcomeUnknown, Rejected, AccountUnusable.
        """
        ...

    async def poll(self, task_ids: Sequence[TaskId]) -> Mapping[TaskId, Snapshot]:
        """How these tasks stand, at most ``capabilities.poll_batch`` of them.

        A task the provider left out of its answer is left out here: ask again later.
        Raises Unreachable, AccountUnusable.
        """
        ...

    def open(
        self, task_id: TaskId, asset: RemoteAsset
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """The bytes of one file as a stream, never whole in memory.

        Entering and iterating raise NotReady, Unreachable, AccountUnusable, BadAddress,
        Rejected (the file is gone or larger than may be).
        """
        ...

    async def find_submitted(
        self, submission: Submission, *, since: Millis, claimed: frozenset[TaskId]
    ) -> TaskId | None:
        """The task a lost submit made, if the provider lists it; None: cannot be told.

        ``since``: not made before; ``claimed``: tasks that belong to other jobs.
        Raises Unreachable, AccountUnusable.
        """
        ...

    async def aclose(self) -> None: ...
