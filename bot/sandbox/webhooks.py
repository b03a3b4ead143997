"""The calls a provider makes to whoever ordered: progress a few times, and the end.

Knows nothing of what the calls say. It calls only addresses on this machine, each once: the
vendor's retries are undocumented, so there are none here. Source: docs/providers.md, part 1.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.sandbox.outgoing import is_here, post
from bot.sandbox.tasks import Failed, Finished, Running, Stage, Task

_LOOK_S = 0.004
"""How often what is watched is looked at: time, speed and switches may move at any moment."""
_MARKS = (0.25, 0.5, 0.75)
_PATIENCE_S = 10.0


@dataclass(frozen=True)
class Sent:
    """One call. `at` is the sandbox's clock when it left; `status` None: nobody answered."""

    task_id: str
    url: str
    secret: str | None
    body: dict[str, Any]
    at: float = 0.0
    status: int | None = None


class Webhooks:
    """The calls of one account, and the switches that act on every call from now on.

    `stage` and `shown` tell how a task stands, and in which words.
    """

    def __init__(
        self,
        stage: Callable[[Task], Stage],
        shown: Callable[[Task], dict[str, Any]],
        clock: Callable[[], float],
    ) -> None:
        self.sent: list[Sent] = []
        """What was answered or given up, in that order."""
        self.waiting: list[Sent] = []
        """What is held, oldest first."""
        self._stage = stage
        self._shown = shown
        self._clock = clock
        self._go: Callable[[Sent], None] = self._leave
        self._watched: dict[str, tuple[Task, int]] = {}
        self._watcher: asyncio.Task[None] | None = None
        self._senders: set[asyncio.Task[None]] = set()

    @property
    def has_to_tell(self) -> bool:
        """Whether a task with a webhook has not ended yet, as far as anybody looked."""
        return bool(self._watched)

    def hold(self) -> None:
        """Calls wait until they are released."""
        self._go = self.waiting.append

    def drop(self) -> None:
        """Calls get lost on their way."""
        self._go = self._lose

    def send_twice(self) -> None:
        """Each call leaves, and once more when it was answered."""
        self._go = self._leave_twice

    def release(self) -> None:
        """What waits leaves in its order, and everything goes its usual way again."""
        self._set_free(self.waiting)

    def release_last_first(self) -> None:
        """What waits leaves in the opposite order, and everything goes its usual way again."""
        self._set_free(self.waiting[::-1])

    def watch(self, task: Task) -> None:
        """Called for every task that is accepted; those without an address here cost nothing."""
        if not is_here(task.body.get("webhook_url")):
            return
        self._watched[task.task_id] = task, 0
        if self._watcher is None or self._watcher.done():
            self._watcher = asyncio.create_task(self._look_on(), name="sandbox webhooks")

    async def aclose(self) -> None:
        """No call is made from now on; one under way is broken off."""
        self._watched.clear()
        tasks = [*self._senders, *([self._watcher] if self._watcher else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _look_on(self) -> None:
        while self._watched:
            for task, told in list(self._watched.values()):
                self._look_at(task, told)
            await asyncio.sleep(_LOOK_S)

    def _look_at(self, task: Task, told: int) -> None:
        match self._stage(task):
            case Finished() | Failed():
                del self._watched[task.task_id]
                self._go(self._written(task))
            case Running(fraction):
                passed = sum(mark <= fraction for mark in _MARKS)
                self._watched[task.task_id] = task, passed
                if passed > told:
                    self._go(self._written(task))
            case _:
                return

    def _written(self, task: Task) -> Sent:
        url, secret = str(task.body["webhook_url"]), task.body.get("webhook_secret")
        said = secret if isinstance(secret, str) else None
        return Sent(task.task_id, url, said, self._shown(task))

    def _leave(self, call: Sent) -> None:
        self._start([call])

    def _leave_twice(self, call: Sent) -> None:
        self._start([call, call])

    def _lose(self, _call: Sent) -> None:
        return

    def _set_free(self, calls: Sequence[Sent]) -> None:
        self._go = self._leave
        self.waiting = []
        self._start(calls)

    def _start(self, calls: Sequence[Sent]) -> None:
        sender = asyncio.create_task(self._send(calls))
        self._senders.add(sender)  # asyncio itself holds tasks only weakly
        sender.add_done_callback(self._senders.discard)

    async def _send(self, calls: Sequence[Sent]) -> None:
        for call in calls:
            at, status = self._clock(), None
            with contextlib.suppress(OSError, TimeoutError, ValueError):
                async with asyncio.timeout(_PATIENCE_S):
                    status = await post(call.url, call.body, _headers(call))
            self.sent.append(replace(call, at=at, status=status))


def _headers(call: Sent) -> dict[str, str]:
    return {} if call.secret is None else {"x-webhook-secret": call.secret}
