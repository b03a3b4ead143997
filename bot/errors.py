"""Every error Easel raises, one tree.

EaselError
├── SettingsError            what is wrong with the settings, in words for the operator
├── StoreError
│   ├── DatabaseTooNew       written by a newer Easel
│   └── DataFolderInUse      another `bot run` has it
├── BrokenMedia              a file that is no picture or video we can use
│   └── TooManyPixels        unpacked, it would fill the memory
├── BadPicture               somebody's own picture that cannot be worked from
├── FileTooBig               more bytes than were allowed
├── StaleJob                 somebody else moved the job first: read again
├── TaskTaken                the task named for a job belongs to another
├── Dearer                   it costs more than who asks has agreed to
└── ProviderError            carries the provider's name and words
    ├── NotSent              the call surely did not arrive, or was turned away untouched
    ├── OutcomeUnknown       a submit may or may not have arrived
    ├── Unreachable          a read failed; reading again is harmless
    ├── Rejected             the provider says no to this request
    ├── AccountUnusable      the key or the credits of the operator's account
    ├── NotReady             the file is not there yet
    └── BadAddress           a result's address we must not fetch

The user's sentence for each stands in the catalogues, under the error's reason.
"""

from __future__ import annotations

import enum

from bot.model import JobId, Reason, TaskId


class EaselError(Exception):
    """Base of all."""


class SettingsError(EaselError):
    """The settings cannot be used. ``problems`` holds one sentence each: cause and fix."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class StoreError(EaselError):
    """The database cannot be used."""


class DatabaseTooNew(StoreError):
    """A newer Easel wrote this database; going on could harm it."""


class DataFolderInUse(StoreError):
    """Another `bot run` works on this data folder."""


class BrokenMedia(EaselError):
    """A file that is no whole picture or video, or one too large to unpack."""

    def __init__(self, file_name: str, detail: str) -> None:
        super().__init__(f"{file_name}: {detail}")
        self.file_name = file_name
        self.detail = detail


class TooManyPixels(BrokenMedia):
    """Its header announces more than is ever unpacked."""


class Flaw(enum.StrEnum):
    """Why a picture, or a list, somebody brought cannot be used; each has a sentence."""

    NO_PICTURE = "no_picture"
    VIDEO = "video"
    STICKER = "sticker"
    ANIMATED = "animated"
    TOO_LARGE = "too_large"  # more bytes than Telegram hands to a bot
    TOO_MANY_PIXELS = "too_many_pixels"
    BROKEN = "broken"
    NO_TEXT = "no_text"  # of a list: it is none
    EMPTY = "empty"
    NOT_FETCHED = "not_fetched"  # Telegram did not hand it over, however often it was asked


class BadPicture(EaselError):
    """A picture or list somebody brought that cannot be worked from. Nothing was held."""

    def __init__(self, flaw: Flaw, detail: str = "") -> None:
        super().__init__(f"{flaw}: {detail}")
        self.flaw = flaw


class FileTooBig(EaselError):
    """A file grew beyond ``max_bytes``; nothing of it was kept."""

    def __init__(self, file_name: str, max_bytes: int) -> None:
        super().__init__(f"{file_name}: more than {max_bytes} bytes")
        self.file_name = file_name
        self.max_bytes = max_bytes


class StaleJob(EaselError):
    """The job was changed since it was read."""


class TaskTaken(EaselError):
    """A task was named that belongs to another job already: it is that one's, whoever says so."""

    def __init__(self, task_id: TaskId, owner: JobId) -> None:
        super().__init__(f"{task_id} belongs to {owner}")
        self.task_id = task_id
        self.owner = owner


class Dearer(EaselError):
    """It would cost ``cost_vnd`` and was said to cost ``said_vnd``. Nothing was held."""

    def __init__(self, cost_vnd: int, said_vnd: int) -> None:
        super().__init__(f"{cost_vnd} ₫, not {said_vnd} ₫")
        self.cost_vnd = cost_vnd
        self.said_vnd = said_vnd


class ProviderError(EaselError):
    """Something at a provider. ``detail`` is its own words, cleaned for people to read."""

    def __init__(self, provider: str, detail: str = "", *, status: int | None = None) -> None:
        super().__init__(f"{provider}: {detail or 'no words'} (status {status})")
        self.provider = provider
        self.detail = detail
        self.status = status


class NotSent(ProviderError):
    """The call surely did nothing: no connection, 429 or 503.

    ``retry_after_s``: what the provider asked for, None when it did not say.
    ``is_daily_limit``: the account may go on tomorrow only.
    """

    def __init__(
        self,
        provider: str,
        detail: str = "",
        *,
        status: int | None = None,
        retry_after_s: float | None = None,
        is_daily_limit: bool = False,
    ) -> None:
        super().__init__(provider, detail, status=status)
        self.retry_after_s = retry_after_s
        self.is_daily_limit = is_daily_limit


class OutcomeUnknown(ProviderError):
    """A submit was sent and its answer lost (time-out, dropped connection, 5xx, unreadable)."""


class Unreachable(ProviderError):
    """A read got no usable answer."""

    def __init__(
        self,
        provider: str,
        detail: str = "",
        *,
        status: int | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(provider, detail, status=status)
        self.retry_after_s = retry_after_s


class Rejected(ProviderError):
    """400, 404, 413, 422 on a submit: this request will never work as it stands."""


class AccountUnusable(ProviderError):
    """401 and 403: the key; 402: the credits. ``reason`` says which."""

    def __init__(
        self, provider: str, reason: Reason, detail: str = "", *, status: int | None = None
    ) -> None:
        super().__init__(provider, detail, status=status)
        self.reason = reason


class NotReady(ProviderError):
    """The result is announced, its bytes are not there yet."""


class BadAddress(ProviderError):
    """A result pointed at an address that may not be fetched (docs/settings.md, "Addresses")."""


def why_unreadable(error: OSError | UnicodeDecodeError) -> str:
    """The cause and the cure, in our words and not the system's; no full stop."""
    match error:
        case UnicodeDecodeError():
            number = error.object[: error.start].count(b"\n") + 1
            return f"line {number} is not written in UTF-8; save the file as UTF-8"
        case FileNotFoundError() | NotADirectoryError():
            return "there is no such file; correct the path"
        case IsADirectoryError():
            return "it is a folder; name the file in it"
        case PermissionError():
            return "the user the bot runs as may not read it; change that"
        case _:
            return f"{error.strerror or error}; check the path and the disk"
