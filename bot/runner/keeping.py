"""Writing what cannot be asked for again. Knows nothing of what it is.

What a provider answered is told once, so a disk that is full for a while is waited for.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import stamina

from bot.errors import StoreError
from bot.store.port import Store, Transaction

LONGEST_PAUSE_S = 5.0

T = TypeVar("T")


async def keep(store: Store, work: Callable[[Transaction], Awaitable[T]]) -> T:
    """`Store.write`, tried until the disk takes it."""
    async for attempt in stamina.retry_context(
        on=StoreError, attempts=None, timeout=None, wait_max=LONGEST_PAUSE_S
    ):
        with attempt:
            kept = await store.write(work)
    return kept
