"""What can happen to a job, and what can follow from it: the words `advance` speaks in. Pure.

Knows nothing of states: which fact fits which state, and what follows, is told by `advance`.
"""

from __future__ import annotations

import dataclasses

from bot.model import Asset, Millis, Reason, TaskId, Urgency

# --- facts: what happened -------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, slots=True)
class Admitted:
    """A lane is free and it is this job's turn: the submit is about to be sent."""


@dataclasses.dataclass(frozen=True, slots=True)
class SubmitBegun:
    """Its pictures are at the provider; the submit itself leaves now."""


@dataclasses.dataclass(frozen=True, slots=True)
class SubmitNotSent:
    """The submit surely did nothing. Tried again at ``retry_at``."""

    retry_at: Millis


@dataclasses.dataclass(frozen=True, slots=True)
class SubmitRefused:
    """The provider said no to the submit: nothing was ordered and nothing will be."""

    reason: Reason
    detail: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class SubmitAnswered:
    """The provider took it (or a lookup or a webhook found that it had)."""

    task_id: TaskId
    poll_at: Millis
    deadline_at: Millis


@dataclasses.dataclass(frozen=True, slots=True)
class SubmitLost:
    """The submit's outcome is unknown; first looked up at ``lookup_at``, settled by ``until``.

    Again for one already unknown: while nobody was there to look, no grace time passed.
    """

    lookup_at: Millis
    until: Millis


@dataclasses.dataclass(frozen=True, slots=True)
class Misnamed:
    """What was named as its task belongs to another job, so it tells nothing of this one.

    Looked up at ``again_at``; settled by ``until``, if no time was set before.
    """

    again_at: Millis
    until: Millis


@dataclasses.dataclass(frozen=True, slots=True)
class TaskNamed:
    """Somebody who knows the job's reference named its task, before or instead of the answer."""

    task_id: TaskId


@dataclasses.dataclass(frozen=True, slots=True)
class Hinted:
    """Something happened to its task, says the provider: worth reading now."""


@dataclasses.dataclass(frozen=True, slots=True)
class LookedUp:
    """A lookup of a lost submit told nothing; looked up again at ``again_at``."""

    again_at: Millis


@dataclasses.dataclass(frozen=True, slots=True)
class Undecided:
    """The grace time is over. The lane stays taken until ``lane_until``: work may be going on."""

    lane_until: Millis


@dataclasses.dataclass(frozen=True, slots=True)
class Resolved:
    """The operator closed a job under review."""


@dataclasses.dataclass(frozen=True, slots=True)
class Seen:
    """A read found it still under way."""

    progress: int | None
    poll_at: Millis
    was_due_at: Millis | None = None
    """The appointment this read kept; one made since (by a hint) still stands. None: any."""


@dataclasses.dataclass(frozen=True, slots=True)
class Saved:
    """Its files are safe on our disk."""

    assets: tuple[Asset, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Ended:
    """No result will come: the provider said so, or its files are useless."""

    reason: Reason
    detail: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class DeadlinePassed:
    """The user waited long enough. Read on from ``poll_at``: the provider still works."""

    poll_at: Millis


@dataclasses.dataclass(frozen=True, slots=True)
class LaneOver:
    """The provider's own time for it is over: its lane is free again."""


@dataclasses.dataclass(frozen=True, slots=True)
class CancelAsked:
    """Its owner pressed Cancel."""


@dataclasses.dataclass(frozen=True, slots=True)
class PrivacyChosen:
    """Who asked in a group wants the result alone, or shown there after all.

    Of one that was shown already: it has reached their private chat, and is to stand there only.
    """

    to_private: bool


@dataclasses.dataclass(frozen=True, slots=True)
class DeliveryBegun:
    """The result is about to be sent."""


@dataclasses.dataclass(frozen=True, slots=True)
class Delivered:
    """The result stands in its chat, or can only be kept for the history (``why``)."""

    why: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Settled:
    """It is over, and what it still holds goes back: something went wrong when it ended."""


Fact = (
    Admitted
    | SubmitBegun
    | SubmitNotSent
    | SubmitRefused
    | SubmitAnswered
    | SubmitLost
    | Misnamed
    | TaskNamed
    | Hinted
    | LookedUp
    | Undecided
    | Resolved
    | Seen
    | Saved
    | Ended
    | DeadlinePassed
    | LaneOver
    | CancelAsked
    | PrivacyChosen
    | DeliveryBegun
    | Delivered
    | Settled
)

# --- effects: what follows ------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, slots=True)
class Capture:
    """Take this much of what is held, for outputs that exist."""

    outputs_free: int
    amount_vnd: int


@dataclasses.dataclass(frozen=True, slots=True)
class Release:
    """Give this much of what is held back."""

    outputs_free: int
    amount_vnd: int


@dataclasses.dataclass(frozen=True, slots=True)
class Keep:
    """Write down the produced files."""

    assets: tuple[Asset, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class ShowStatus:
    """Bring the status message up to date."""

    urgency: Urgency
    is_first_bar: bool = False
    """The first progress that is known: worth showing sooner."""


@dataclasses.dataclass(frozen=True, slots=True)
class ShowResult:
    """Send the result."""


@dataclasses.dataclass(frozen=True, slots=True)
class TellOperator:
    """Something the operator must know or settle; ``key`` is a catalogue text.

    What settles itself is said once an hour per provider: when one goes wrong, many do.
    """

    key: str


Effect = Capture | Release | Keep | ShowStatus | ShowResult | TellOperator
