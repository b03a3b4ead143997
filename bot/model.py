"""The records of Easel, the same shape in SQL, log and code. Knows nothing of where they are kept.

Times are UTC milliseconds (``*_at``), durations seconds (``*_s``), money integer đồng
(``*_vnd``). A chat acting as itself (an anonymous group admin) is a user whose id is the chat's:
Telegram's user ids are positive and group ids negative, so the two never meet.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable, Mapping
from typing import Any, Final, NewType

JobId = NewType("JobId", str)
"""A job's code as people see it: base32 without look-alikes."""
TaskId = NewType("TaskId", str)
"""The provider's handle of the work (`task_id`, `job_id`)."""
UserId = NewType("UserId", int)
ChatId = NewType("ChatId", int)
MessageId = NewType("MessageId", int)

Millis = int
"""UTC milliseconds since 1970."""
DAY_MS: Final[Millis] = 24 * 3_600_000

Clock = Callable[[], Millis]
"""The time now; injected, so that tests own it."""


class Operation(enum.StrEnum):
    """What a provider is asked to do."""

    IMAGE = "image"
    """A picture from words."""
    REFERENCE_IMAGE = "reference_image"
    """A picture from words and pictures."""
    VARIATION = "variation"
    UPSCALE = "upscale"
    PAN = "pan"
    ZOOM = "zoom"
    ENLARGE = "enlarge"
    """More pixels and nothing new in them, made on this machine: free."""
    VIDEO = "video"
    """A video from words."""
    IMAGE_VIDEO = "image_video"
    """A video that begins with a picture."""
    REFERENCE_VIDEO = "reference_video"
    """A video with what several pictures show."""

    @property
    def output_kind(self) -> AssetKind:
        return AssetKind.VIDEO if self in _VIDEOS else AssetKind.IMAGE


_VIDEOS = frozenset({Operation.VIDEO, Operation.IMAGE_VIDEO, Operation.REFERENCE_VIDEO})
_FROM_WORDS = _VIDEOS | {Operation.IMAGE, Operation.REFERENCE_IMAGE}


class AssetKind(enum.StrEnum):
    IMAGE = "image"
    VIDEO = "video"


class JobState(enum.StrEnum):
    """Ours; the provider's word is its `status`. The picture is in docs/architecture.md."""

    QUEUED = "queued"
    SUBMITTING = "submitting"
    UNKNOWN = "unknown"
    RUNNING = "running"
    READY = "ready"
    DELIVERING = "delivering"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    NEEDS_REVIEW = "needs_review"


FINAL_STATES = frozenset(
    {JobState.DONE, JobState.FAILED, JobState.CANCELLED, JobState.NEEDS_REVIEW}
)


class Reason(enum.StrEnum):
    """Why a job ended without a result; each has a sentence in the catalogues."""

    REFUSED = "refused"  # the provider said no to this request
    FAILED = "failed"  # the provider tried and failed
    EXPIRED = "expired"  # our deadline passed
    KEY = "key"  # the provider refuses our key
    CREDITS = "credits"  # the operator's account at the provider is empty
    LOST = "lost"  # it cannot be told whether the submit arrived
    BROKEN = "broken"  # a result that was no picture or video


HD_SIDE: Mapping[str, int] = {"2k": 2048, "4k": 4096}
"""Pixels of the longer side."""


@dataclasses.dataclass(frozen=True, slots=True)
class Request:
    """A validated wish: what will be asked of the provider, whatever way it was typed."""

    operation: Operation
    prompt: str = ""
    ratio: str | None = None
    """`W:H`; None leaves it to the provider."""
    count: int = 1
    """Outputs asked for (a Midjourney grid is four)."""
    mode: str | None = None
    """Apiframe: `fast` or `turbo`."""
    hd: str | None = None
    """`2k` or `4k`, see HD_SIDE."""
    length_s: int | None = None
    """Length of a video."""
    strength: str | None = None
    """Variation: `strong` or `subtle`; upscale: `subtle` or `creative`."""
    direction: str | None = None
    """Pan: `left`, `right`, `up` or `down`."""
    factor: str | None = None
    """Zoom: `1.5`, `2`, any number above 1 up to 2, or `square`."""
    voice: str | None = None
    """Who speaks in a video."""
    references: tuple[str, ...] = ()
    """Pictures handed over with the words, by their paths below the data folder."""
    flags: str = ""
    """Midjourney's own flags, checked and repaired, as they go into the prompt."""
    tile: int | None = None
    """Which tile of the parent, from 1."""

    @property
    def likeness(self) -> str | None:
        """What a provider's list of tasks tells wishes apart by: picture or video, and the words.

        Two that share it may be taken for each other, whatever pictures they are made from. None
        for a step from a result: no provider that lists tasks makes those.
        """
        if self.operation not in _FROM_WORDS:
            return None
        return f"{self.operation.output_kind} {' '.join(self.prompt.split())}"

    def to_json(self) -> dict[str, Any]:
        """The fields that say something; the shape of the column ``job.request``."""
        return {
            field.name: value
            for field in dataclasses.fields(self)
            if (value := getattr(self, field.name)) not in (None, "", ())
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Request:
        references = tuple(data.get("references", ()))
        return cls(**{**data, "operation": Operation(data["operation"]), "references": references})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One request being done. What has a default has not happened to a new one."""

    job_id: JobId
    version: int
    """Grows by one with every change; a change made against an older one is refused."""
    state: JobState
    user_id: UserId
    """Who asked."""
    payer_id: UserId
    """Whose wallet pays: who asked, or the group it was asked in."""
    chat_id: ChatId
    thread_id: int | None
    """The forum topic the answer stays in."""
    request_message_id: MessageId | None
    """The message that asked, replied to by the status message."""
    status_message_id: MessageId | None = None
    """The message that shows progress and becomes the result."""
    provider: str
    request: Request
    parent_id: JobId | None
    parent_task_id: TaskId | None
    price_each_vnd: int
    """Of one output beyond the free allowance, fixed when the job was accepted."""
    held_free: int
    """Outputs set aside from the free allowance, not yet taken or given back."""
    held_vnd: int
    """Money set aside, not yet taken or given back."""
    charged_free: int = 0
    charged_vnd: int = 0
    """What was taken in the end."""
    allowance_day: str
    """The local date the allowance belongs to, `YYYY-MM-DD`."""
    priority: bool
    user_lanes: int | None
    """How many jobs of this user may run at once, by the plan of who pays; None: any number."""
    reference: str
    """128 random bits in hex: this job's webhook path and nothing else."""
    task_id: TaskId | None = None
    holds_lane: bool = False
    """One of the provider account's lanes is taken by this job."""
    is_muted: bool = False
    """Cancelled after submit: the result waits in the history and is not sent here."""
    progress: int | None = None
    """Per cent, as far as the provider tells."""
    progress_at: Millis | None = None
    """When it told so."""
    bar: int | None = None
    """Per cent the bar had been carried to by then: what people saw does not go back."""
    reason: Reason | None = None
    detail: str = ""
    """The provider's own words, cleaned."""
    attempts: int = 0
    """Submits tried that surely did not arrive, or lookups of an unknown one."""
    accepted_at: Millis
    submitted_at: Millis | None = None
    started_at: Millis | None = None
    made_at: Millis | None = None
    """When its files were on our disk."""
    deadline_at: Millis | None = None
    ended_at: Millis | None = None
    due_at: Millis | None
    """When the runner has something to do for it; None: nothing until a fact arrives."""
    moved_to: JobId | None = None
    """The job another provider was given in its place."""
    bulk_id: int | None = None
    """The message of several requests it is one of: they share one status message."""
    bulk_number: int | None = None
    """Its place there, from 1."""
    to_private: bool = False
    """Its result goes to the private chat of who asked, and the group is only told so."""
    board_id: int | None = None
    """The message it shares with other requests of a busy group."""
    term_id: int | None = None
    """The plan term of its payer whose balance it spends first, because that lapses."""
    term_vnd: int = 0
    """Of what it may cost, that term's part; what it gives back is the rest's first."""
    price_key: str | None = None
    """Which price an output of it has, as in the plan file; None: it is made here and has none."""
    outputs: int = 0
    """Files it counts for against the day's caps; one that comes to nothing counts for none."""


@dataclasses.dataclass(frozen=True, slots=True)
class Asset:
    """One produced file, safe on our disk."""

    job_id: JobId
    tile: int
    """From 1 as people see it; 0 is the grid made of the tiles."""
    kind: AssetKind
    path: str
    """Below the data folder."""
    mime: str
    width: int
    height: int
    size_bytes: int
    duration_s: float | None
    photo_file_id: str | None = None
    """Telegram's handle of the shown form (photo or video): the second send is free."""
    document_file_id: str | None = None
    """Telegram's handle of the original as a file, or of its copy where it is too big to send."""


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Where an answer goes: the chat, its topic, and the message answered."""

    chat_id: ChatId
    thread_id: int | None
    reply_to: MessageId | None
    is_silent: bool = False
    """No phone rings for what is sent there: the group is quiet."""


class Urgency(enum.IntEnum):
    """The order in which what waits in the outbox is sent."""

    ANSWER = 0
    RESULT = 1
    PROGRESS = 2


class Say(enum.StrEnum):
    """What an outbox row means; delivery alone turns it into words and pictures."""

    TEXT = "text"  # a catalogue text by key
    WELCOME = "welcome"  # the same under the picture we ship
    STATUS = "status"  # the job's status message, made or brought up to date
    RESULT = "result"  # the job's pictures or video, in place of its status message
    BUTTONS = "buttons"  # what goes with an album of them, which can carry no buttons
    AWAY = "away"  # the status message goes: the result stands in messages of its own
    STUB = "stub"  # a shown result goes from the group: who asked has it in their private chat
    PING = "ping"  # "Done ↑" after a long one: an edit does not notify
    PICK = "pick"  # one tile as a picture with its own buttons
    FILES = "files"  # the untouched originals
    BULK = "bulk"  # the one message of several requests, made or brought up to date
    ALBUM = "album"  # results of several requests, side by side
    APPROVAL = "approval"  # what an admin is asked to agree to, as it stands
    BOARD = "board"  # the one message of many people's requests, made or brought up to date
    INVOICE = "invoice"  # what is paid for in Stars, with Telegram's own button
    NOD = "nod"  # who asked is seen: a reaction to what they wrote, no message


@dataclasses.dataclass(frozen=True, slots=True)
class Outgoing:
    """One thing to say, waiting in the outbox."""

    outbox_id: int
    say: Say
    place: Place
    job_id: JobId | None
    tile: int | None
    payload: dict[str, Any]
    urgency: Urgency
    attempts: int
    sends: int
    """How often it went out already; a status message is brought up to date many times."""
