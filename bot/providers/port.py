"""The seam every provider is reached through. Knows no chat, no job, no money, no database.

An adapter translates and does nothing else: pace, retries, deadlines, lanes and money belong
to the core. "Adding a provider" is a file beside this one and a line in `bot/app.py`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

from bot.errors import Rejected
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
    is_count_known: bool = True
    """False: the provider does not say how many there are; the first stands for all of them."""


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
    references: tuple[str, ...] = ()
    """What `upload` made of ``request.references``, in their order."""
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
    directions: tuple[str, ...] = ()
    factors: tuple[str, ...] = ()
    """How far a zoom goes out: numbers, and `square`; the first is the default."""
    factor_max: float | None = None
    """Any number above 1 up to this may be asked for as well; None: only ``factors``."""
    voices: tuple[str, ...] = ()
    min_references: int = 0
    max_references: int = 0
    """Pictures that are handed over with the words."""
    takes_flags: bool = False
    """Midjourney's own flags ride in the prompt."""


@dataclasses.dataclass(frozen=True, slots=True)
class Uploads:
    """Which picture files a provider takes."""

    mimes: tuple[str, ...]
    max_bytes: int


@dataclasses.dataclass(frozen=True, slots=True)
class AccountReport:
    """What a provider says of our account, for the operator; None: it did not say."""

    plan: str | None = None
    credits_left: float | None = None
    used_today: int | None = None
    """Outputs."""
    daily_limit: int | None = None
    lanes: int | None = None
    outputs_made: int | None = None
    """Ever."""
    expires_at: Millis | None = None
    listed_tasks: int | None = None
    """How many of our tasks its own list shows."""
    library_items: int | None = None


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
    uploads: Uploads | None = None
    """The pictures it takes; None: it takes none."""
    nicknames: tuple[str, ...] = ()
    """What people may call it instead of its name, in lower case."""


class Provider(Protocol):
    """One account of one outside service.

    An adapter inherits from it: what only some services have does nothing here.
    """

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

    async def upload(self, file: Path) -> str:
        """Hand over a picture as `capabilities.uploads` wants it; its handle, for one submit.

        Orders nothing, so it may be repeated. Raises NotSent, Rejected, AccountUnusable.
        """
        raise Rejected(self.name, f"{file.name}: no pictures are taken here")

    async def find_submitted(
        self, submission: Submission, *, since: Millis, claimed: frozenset[TaskId]
    ) -> TaskId | None:
        """The task a lost submit made, if the provider lists it; None: cannot be told.

        ``since``: not made before; ``claimed``: tasks that belong to other jobs.
        Raises Unreachable, AccountUnusable.
        """
        _ = submission, since, claimed
        return None

    async def account(self) -> AccountReport | None:
        """What the account has left; None: the service has no such call.

        Costs nothing and orders nothing. Raises Unreachable, AccountUnusable, Rejected.
        """
        return None

    def read_webhook(self, body: Any) -> TaskId | None:
        """The task a call to our webhook speaks of. The body is a stranger's: nothing else counts."""
        _ = body
        return None

    async def aclose(self) -> None: ...
