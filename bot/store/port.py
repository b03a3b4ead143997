"""What the rooms above may ask of the store. Knows not which database answers.

A statement is called by its name in `queries.sql`, with named parameters. A change is one
closure handed to :meth:`Store.write`: it is all written, or none of it is.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, Protocol, TypeVar

T = TypeVar("T")

Row = Mapping[str, Any]


class Topic(enum.Enum):
    """What a change may have made work for."""

    INBOX = "inbox"
    DRAFTS = "drafts"
    RUNNER = "runner"
    OUTBOX = "outbox"
    TILL = "till"
    STATS = "stats"
    ENDINGS = "endings"


@dataclasses.dataclass(frozen=True, slots=True)
class Dangling:
    """A row that names another which is not there."""

    table: str
    row: int
    """Its number within the table, as the database counts."""
    names: str
    """The table of what it names."""


class Reading(Protocol):
    """Questions to the database."""

    async def all(self, statement: str, /, **values: Any) -> list[Row]:
        """Every row of the answer."""
        ...

    async def one(self, statement: str, /, **values: Any) -> Row | None:
        """The first row of the answer, None when there is none."""
        ...


class Transaction(Reading, Protocol):
    """One all-or-nothing change under way."""

    async def run(self, statement: str, /, **values: Any) -> int:
        """Do it; how many rows it changed."""
        ...

    def wake(self, topic: Topic) -> None:
        """After the commit, wake whoever waits for this."""
        ...


class Wakeups(Protocol):
    """A loop's ear for the topics it lives on."""

    async def wait(self, timeout_s: float | None) -> None:
        """Until something was written for one of the topics, or the time is up."""
        ...

    def ring(self) -> None:
        """Wake the loop from within this process."""
        ...


class Store(Reading, Protocol):
    """The database of one bot."""

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run ``work`` in a transaction; its result is given back once it is durable.

        What ``work`` raises undoes all it did and is raised here. ``work`` may wait for
        nothing but the transaction: everybody else's writes wait for it.
        """
        ...

    async def dangling(self) -> list[Dangling]:
        """Rows that name what is not there: somebody was at the database by hand. Reads it all."""
        ...

    def wakeups(self, *topics: Topic) -> Wakeups: ...

    def ring(self, woken: Collection[Topic]) -> None:
        """Wake whoever waits for these, without a change."""
        ...
