"""The provider's tasks and where each stands, computed from the clock: nothing runs in the background.

Knows nothing of HTTP, pictures or what a task is about.
"""

import heapq
import math
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from bot.sandbox.render import Size


@dataclass
class Pace:
    """How long the providers work, in seconds; `speed` divides all of it and may be turned at any time."""

    image_s: float = 30.0
    image_spread_s: float = 8.0
    video_s: float = 90.0
    hd_s: float = 60.0
    upscale_s: float = 20.0
    speed: float = 1.0


@dataclass
class Task:
    """One submit that was accepted.

    `submitted_at` is the injected clock's time; `start_s` and `end_s` are seconds of the book's work clock.
    `size` is pixels of one output, `outputs` how many there will be. With `failure` it ends badly.
    """

    task_id: str
    kind: str
    body: Mapping[str, Any]
    submitted_at: float
    seed: int
    size: Size
    outputs: int
    work_s: float
    failure: str | None = None
    start_s: float = field(default=0, repr=False)
    end_s: float = field(default=0, repr=False)
    told_after_s: float | None = None
    """Seconds of the injected clock from its end to the first read that told of it."""


@dataclass(frozen=True)
class Waiting:
    """All lanes are taken."""


@dataclass(frozen=True)
class Running:
    """Being worked on; `fraction` is 0 to 1, never quite 1."""

    fraction: float


@dataclass(frozen=True)
class Finished:
    """The outputs exist."""


@dataclass(frozen=True)
class Failed:
    """It ended without outputs; the provider says `text`."""

    text: str


Stage = Waiting | Running | Finished | Failed


class TaskBook:
    """All tasks of one provider account, of which `lanes` are worked on at a time, oldest first."""

    def __init__(self, clock: Callable[[], float], pace: Pace, lanes: int) -> None:
        self.pace = pace
        self._tasks: dict[str, Task] = {}
        self._clock = clock
        self.lanes = lanes
        self._free_at = [0.0] * lanes
        self._stuck = False
        self._looked_at = clock()
        self._worked_s = 0.0
        self._rng = random.Random(time.time_ns())

    @property
    def tasks(self) -> Mapping[str, Task]:
        """Every task ever accepted, by id, oldest first."""
        return MappingProxyType(self._tasks)

    def finish_now(self, task_id: str) -> None:
        """The task has its outputs from this moment on, whatever was left to do."""
        self._end(self._tasks[task_id])

    def fail_task(self, task_id: str, text: str) -> None:
        """The task fails at this moment with the provider's text."""
        task = self._tasks[task_id]
        task.failure = text
        self._end(task)

    def never_finish(self) -> None:
        """No task ends on its own from now on, neither those under way nor later ones."""
        now = self._now_s()
        self._stuck = True
        for task in self._tasks.values():
            if task.end_s > now:
                task.end_s = math.inf
        self._plan(now)

    def stage(self, task: Task) -> Stage:
        """Where the task stands at this moment."""
        now = self._now_s()
        if now < task.start_s:
            return Waiting()
        if now < task.end_s:
            return Running(min(0.99, (now - task.start_s) / task.work_s))
        return Finished() if task.failure is None else Failed(task.failure)

    def note_told(self, task: Task) -> None:
        """Somebody who asks is being told how the task stands; the first telling of its end counts."""
        now = self._now_s()
        if task.told_after_s is None and now >= task.end_s:
            task.told_after_s = (now - task.end_s) / self.pace.speed

    def accept(self, task: Task) -> Task:
        """Enter a new task; it starts when a lane is free."""
        now = self._now_s()
        self._tasks[task.task_id] = task
        self._assign(task, now)
        return task

    def image_work_s(self) -> float:
        """Seconds one picture takes, scattered as the pace says."""
        spread = self._rng.uniform(-self.pace.image_spread_s, self.pace.image_spread_s)
        return max(0.1, self.pace.image_s + spread)

    def _end(self, task: Task) -> None:
        now = self._now_s()
        task.start_s = min(task.start_s, now)
        task.end_s = now
        self._plan(now)

    def _plan(self, now: float) -> None:
        """Give the lanes anew to what waits: an end that moved moves every later start."""
        running = [task.end_s for task in self._tasks.values() if task.start_s <= now < task.end_s]
        self._free_at = running + [now] * (self.lanes - len(running))
        heapq.heapify(self._free_at)
        for task in self._tasks.values():
            if task.start_s > now:
                self._assign(task, now)

    def _assign(self, task: Task, now: float) -> None:
        task.start_s = max(now, heapq.heappop(self._free_at))
        task.end_s = math.inf if self._stuck else task.start_s + task.work_s
        heapq.heappush(self._free_at, task.end_s)

    def _now_s(self) -> float:
        """Seconds of work done since the book was opened: the clock's, times the speed at each look."""
        now = self._clock()
        self._worked_s += (now - self._looked_at) * self.pace.speed
        self._looked_at = now
        return self._worked_s
