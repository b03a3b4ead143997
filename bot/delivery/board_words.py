"""How many requests of one group read in one message: a line and a button each, the end. Pure.

Knows nothing of sending. Text is Telegram's HTML; whatever a person wrote is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.delivery.board_scene import BoardLine, BoardScene
from bot.delivery.presentation import Button, Keyboard, Words, clip
from bot.i18n import Raw, Tongue
from bot.jobs.book import is_under_way
from bot.jobs.buttons import Act, Press
from bot.jobs.privacy import went_private
from bot.model import Job, JobState

WHO_MAX: Final = 20
PROMPT_MAX: Final = 48
"""UTF-16 units shown of a name and of a prompt."""
BAR_CELLS: Final = 5
IN_A_ROW: Final = 3
BUTTONS_MAX: Final = 60
"""Telegram takes a hundred; nobody finds theirs among so many."""
KEPT_MAX: Final = 5


def words_of(scene: BoardScene) -> Words:
    """The one message, as the board stands."""
    tongue = scene.tongue
    if not scene.lines:
        return Words("\n".join([_title(len(scene.ended), tongue), *_ended(scene)]))
    keyboard, is_whole = _keyboard(scene)
    hint = "board.hint" if is_whole else "board.hint_cancel"
    lines = [
        _title(len(scene.lines), tongue),
        tongue.html("board.nod", emoji=NOD),
        "",
        *(_line(line, tongue) for line in scene.lines),
        *_and_so_far(scene),
        "",
        tongue.html(hint),
    ]
    return Words("\n".join(lines), keyboard)


NOD: Final = "👌"
"""What is put on a request that shares a board; one of those that Telegram lets everybody use."""


def _title(count: int, tongue: Tongue) -> str:
    return tongue.html_plural("board.title", count)


def _line(line: BoardLine, tongue: Tongue) -> str:
    job = line.job
    prompt = clip(" ".join(job.request.prompt.split()), PROMPT_MAX)
    return tongue.html(
        "board.line" if prompt else "board.line_wordless",
        who=clip(line.who, WHO_MAX),
        code=job.job_id,
        prompt=prompt,
        state=Raw(_state(line, tongue)),
        cost=_cost(job, tongue),
    )


def _state(line: BoardLine, tongue: Tongue) -> str:
    job = line.job
    if job.is_muted and is_under_way(job):
        return tongue.html("board.muted")
    match job.state:
        case JobState.QUEUED | JobState.SUBMITTING:
            return _queued(line, tongue)
        case JobState.UNKNOWN:
            return tongue.html("board.unknown")
        case JobState.RUNNING:
            return _bar(line.outlook.progress, tongue)
        case _:
            return tongue.html("board.sending")


def _queued(line: BoardLine, tongue: Tongue) -> str:
    if line.is_paused:
        return tongue.html("board.paused", title=line.title)
    if line.retry_at is not None or (line.job.state is JobState.QUEUED and line.job.attempts):
        return tongue.html("board.retrying")
    if line.outlook.ahead:
        left = tongue.duration(line.outlook.left_s)
        return tongue.html_plural("board.queued_behind", line.outlook.ahead, left=left)
    return tongue.html("board.queued")


def _bar(progress: int | None, tongue: Tongue) -> str:
    if progress is None:
        return tongue.html("board.begun")
    full = progress * BAR_CELLS // 100  # rounded up, it would be full before the end
    bar = "▓" * full + "░" * (BAR_CELLS - full)
    return tongue.html("board.running", bar=bar, percent=tongue.percent(progress))


def _cost(job: Job, tongue: Tongue) -> str:
    """What it may take, beside what is free, and of whom where that is not who asked."""
    vnd = job.held_vnd or job.charged_vnd
    if not vnd:
        return tongue.text("board.free")
    if free := job.held_free or job.charged_free:
        return tongue.text("board.pays_beside", price=tongue.money(vnd), free=tongue.number(free))
    is_groups = job.payer_id != job.user_id
    return tongue.text("board.group_pays" if is_groups else "board.pays", price=tongue.money(vnd))


def _and_so_far(scene: BoardScene) -> Sequence[str]:
    return ["", *_ended(scene)] if scene.ended else []


def _ended(scene: BoardScene) -> list[str]:
    """How many came to what, and where what was not sent here is to be found."""
    tongue, ended = scene.tongue, scene.ended
    kept = [job for job in ended if job.state is JobState.DONE and job.is_muted]
    counts = {
        "board.made": sum(
            job.state is JobState.DONE and not (job.is_muted or job.to_private) for job in ended
        ),
        "board.sent_privately": sum(went_private(job) and not job.detail for job in ended),
        "board.waits_privately": sum(went_private(job) and bool(job.detail) for job in ended),
        "board.failed": sum(job.state in {JobState.FAILED, JobState.NEEDS_REVIEW} for job in ended),
        "board.cancelled": sum(job.state is JobState.CANCELLED for job in ended),
    }
    facts = [tongue.html_plural(key, count) for key, count in counts.items() if count]
    lines = [" · ".join(facts)] if facts else []
    if kept:
        codes = " ".join(f"<code>/show {job.job_id}</code>" for job in kept[:KEPT_MAX])
        lines.append(tongue.html_plural("board.kept", len(kept), codes=Raw(codes)))
    return lines


def _keyboard(scene: BoardScene) -> tuple[Keyboard, bool]:
    """A Cancel for each that may still be, and the ways out of a pause; whether they all fit."""
    tongue = scene.tongue
    jobs = [line.job for line in scene.lines]
    cancels = [_cancel(job, tongue) for job in jobs if is_under_way(job) and not job.is_muted]
    rows = [cancels[at : at + IN_A_ROW] for at in range(0, len(cancels), IN_A_ROW)]
    moves = [[button] for line in scene.lines for button in _moves(line, tongue)]
    is_whole = len(cancels) + len(moves) <= BUTTONS_MAX
    return [*rows, *moves[: max(0, BUTTONS_MAX - len(cancels))]], is_whole


def _cancel(job: Job, tongue: Tongue) -> Button:
    label = tongue.text("button.cancel_code", word=job.job_id)
    return Button(label, Press(Act.CANCEL, job.job_id).data())


def _moves(line: BoardLine, tongue: Tongue) -> list[Button]:
    buttons = []
    for move in line.moves:
        label = f"{line.job.job_id} {tongue.text('button.move', title=move.title)}"
        if move.price_vnd:
            label = f"{label} · {tongue.money(move.price_vnd)}"
        press = Press(Act.MOVE, line.job.job_id, how=move.provider, said_vnd=move.price_vnd)
        buttons.append(Button(label, press.data()))
    return buttons
