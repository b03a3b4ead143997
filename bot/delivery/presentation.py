"""How a job reads: status, progress, captions, keyboards. Pure: a scene in, words out.

Knows nothing of sending. Text is Telegram's HTML; whatever a person or a provider wrote is
escaped by `Tongue.html`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from unicodedata import east_asian_width

from bot.delivery.failures import failure
from bot.delivery.scene import Move, Scene
from bot.i18n import Raw, Tongue
from bot.jobs.book import is_under_way
from bot.jobs.buttons import (
    CUSTOM,
    TO_ALL,
    TO_ME,
    WANTED,
    Act,
    Press,
    presses_for_result,
    presses_for_tile,
)
from bot.jobs.privacy import may_be_private
from bot.jobs.queue import Outlook
from bot.model import AssetKind, JobState, Operation, Request

BAR_CELLS = 10
ROW_MAX = 4
ROW_WIDTH = 38
"""Columns of all labels of a row, each as long as its longest and one apart, on narrow phones."""
STATUS_PROMPT_MAX = 700
FLAGS_MAX = 120
DETAILS_MAX = 300
"""UTF-16 units that are shown of a prompt, of Midjourney's flags, and of what was understood."""


@dataclasses.dataclass(frozen=True, slots=True)
class Button:
    """What it says, and what it sends back when pressed."""

    label: str
    data: str = ""
    url: str = ""
    """Opens this address instead."""


Keyboard = Sequence[Sequence[Button]]


@dataclasses.dataclass(frozen=True, slots=True)
class Words:
    """A message's text and buttons."""

    html: str
    keyboard: Keyboard = ()
    is_question: bool = False
    """The app opens a reply to it by itself."""


def clip(text: str, most: int) -> str:
    """At most ``most`` UTF-16 units of ``text`` (Telegram's measure), with an ellipsis."""
    encoded = text.encode("utf-16-le")
    if len(encoded) <= most * 2:
        return text
    return encoded[: (most - 1) * 2].decode("utf-16-le", errors="ignore") + "…"


def status(scene: Scene) -> Words:
    """The status message of a job that has no result to show (yet)."""
    job, tongue = scene.job, scene.tongue
    lines = [headline(scene, STATUS_PROMPT_MAX), details(scene)]
    if is_under_way(job) and job.parent_id and job.request.references:
        lines.append(_handed_over(scene))
    lines += ["", _state_line(scene)]
    if is_under_way(job):
        lines.append(_price_line(scene))
        if job.to_private and not job.is_muted:
            lines.append(tongue.html("status.to_private", name=scene.asker))
    lines += low_balance(scene)
    lines.append(tongue.html("status.code", code=job.job_id))
    return Words("\n".join(lines), _status_keyboard(scene))


def headline(scene: Scene, most: int) -> str:
    """What is made, or from which tile of which result.

    ``most``: UTF-16 units of the prompt; flags stand behind it.
    """
    job, tongue = scene.job, scene.tongue
    prompt = _words(job.request, job.request.prompt, most)
    if job.request.operation is Operation.ENLARGE and scene.parent is None:
        return tongue.html("status.headline_enlarged")
    if scene.parent is None:
        is_video = job.request.operation.output_kind is AssetKind.VIDEO
        key = "status.headline_video" if is_video else "status.headline"
        return tongue.html(key, prompt=prompt)
    of_tile = tongue.html(
        f"derived.{job.request.operation}", code=scene.parent.job_id, tile=job.request.tile or 1
    )
    prompt = _words(job.request, job.request.prompt or scene.parent.request.prompt, most)
    is_video = job.request.operation.output_kind is AssetKind.VIDEO
    key = "status.headline_derived_video" if is_video else "status.headline_derived"
    return tongue.html(key, of_tile=Raw(of_tile), prompt=prompt)


def _words(request: Request, prompt: str, most: int) -> str:
    """The prompt and Midjourney's flags behind it, which a long prompt does not push out."""
    flags = clip(request.flags, FLAGS_MAX)
    return f"{clip(prompt, most)} {flags}".strip()


def _handed_over(scene: Scene) -> str:
    """That somebody else than the parent's provider does it, or does it in another way."""
    job, tongue = scene.job, scene.tongue
    if job.request.operation is Operation.ENLARGE:
        return tongue.html("status.enlarged_here")
    if scene.title == scene.parent_title:
        return tongue.html("status.from_picture", title=scene.title)
    if scene.is_moved:  # the other could do it, and only rests
        return tongue.html("status.instead", title=scene.title)
    return tongue.html("status.other_provider", title=scene.title, other=scene.parent_title)


def details(scene: Scene, tile: int | None = None) -> str:
    """What was understood: who makes it, and every choice in the request.

    ``tile``: the only one of it that is shown.
    """
    request, tongue = scene.job.request, scene.tongue
    parts = choices(request, scene.title, tongue)
    if tile is not None and len(scene.tiles) > 1:
        parts.append(tongue.text("details.tile", tile=tile, count=len(scene.tiles)))
    elif request.operation.output_kind is AssetKind.IMAGE:
        parts.append(tongue.plural("count.images", request.count))
    if scene.parent is None:
        parts += _own_pictures(len(request.references), tongue)
    return tongue.html("line.details", details=clip(" · ".join(parts), DETAILS_MAX))


def choices(request: Request, title: str, tongue: Tongue) -> list[str]:
    """Who makes it (``title``), and every choice in the request but how many are wanted."""
    parts = [title]
    if request.strength:
        parts.append(tongue.text(f"strength.{request.strength}"))
    if request.direction:
        parts.append(tongue.text(f"direction.{request.direction}"))
    if request.factor:
        parts.append("1:1" if request.factor == "square" else f"{request.factor}×")
    parts += [part for part in (request.ratio, request.mode, request.voice) if part]
    if request.hd:
        parts.append(request.hd.upper())
    if request.length_s:
        parts.append(tongue.duration(request.length_s))
    return parts


def _own_pictures(count: int, tongue: Tongue) -> list[str]:
    """How many were worked from: of an album in a group, the bot may not have seen all."""
    if count == 1:
        return [tongue.text("details.picture")]
    return [tongue.plural("details.pictures", count)] if count else []


def _state_line(scene: Scene) -> str:
    job, tongue = scene.job, scene.tongue
    if job.is_muted and is_under_way(job):
        return tongue.html("status.muted", code=job.job_id)
    match job.state:
        case JobState.QUEUED | JobState.SUBMITTING:
            return _queue_line(scene)
        case JobState.UNKNOWN:
            return tongue.html("status.unknown")
        case JobState.RUNNING:
            return _progress_line(scene.outlook, tongue)
        case JobState.READY | JobState.DELIVERING:
            return tongue.html("status.sending")
        case JobState.DONE:
            return tongue.html("status.kept", code=job.job_id)
        case JobState.CANCELLED:
            return tongue.html("status.cancelled")
        case JobState.FAILED | JobState.NEEDS_REVIEW:
            return failure(job, tongue)


def _queue_line(scene: Scene) -> str:
    job, tongue = scene.job, scene.tongue
    if scene.is_paused:
        return tongue.html("status.paused", title=scene.title)
    if scene.retry_at is not None:
        at = tongue.date_time(scene.retry_at, scene.timezone)
        return tongue.html("status.retrying_at", title=scene.title, at=at)
    if job.state is JobState.QUEUED and job.attempts:
        return tongue.html("status.retrying", title=scene.title)
    left = tongue.duration(scene.outlook.left_s)
    if scene.outlook.ahead:  # nobody is ahead of one that is being submitted
        return tongue.html_plural("status.queued_behind", scene.outlook.ahead, left=left)
    return tongue.html("status.queued", left=left)


def _progress_line(outlook: Outlook, tongue: Tongue) -> str:
    left = tongue.duration(outlook.left_s)
    if outlook.progress is None:
        return tongue.html("status.begun", left=left)
    full = outlook.progress * BAR_CELLS // 100  # rounded up, it would be full before the end
    bar = "▓" * full + "░" * (BAR_CELLS - full)
    key = "status.running" if outlook.left_s >= 1 else "status.running_soon"
    return tongue.html(key, bar=bar, percent=tongue.percent(outlook.progress), left=left)


def _price_line(scene: Scene) -> str:
    job, tongue = scene.job, scene.tongue
    if job.held_vnd == 0 and (scene.free_left is None or not job.held_free):
        return tongue.html("price.free_unlimited")
    if job.held_vnd == 0:
        return tongue.html("price.free", left=tongue.number(scene.free_left or 0))
    if job.held_free == 0:
        key = "price.of_group" if job.payer_id < 0 else "price.paid"
        return tongue.html(key, price=tongue.money(job.held_vnd))
    return tongue.html(
        "price.mixed", free=tongue.number(job.held_free), price=tongue.money(job.held_vnd)
    )


def low_balance(scene: Scene) -> list[str]:
    """That little is left in the group's wallet, where this is the answer that tells it."""
    low, tongue = scene.low, scene.tongue
    if low is None:
        return []
    contact = low.contact or tongue.text("contact.unnamed")
    values = {"balance_vnd": tongue.money(low.balance_vnd), "contact": contact, "at": scene.at}
    if low.pictures:
        return [tongue.html_plural(low.key, low.pictures, **values)]
    return [tongue.html(low.key, **values)]


def _status_keyboard(scene: Scene) -> Keyboard:
    job, tongue = scene.job, scene.tongue
    elsewhere = [[_move_button(scene, move)] for move in scene.moves]
    if is_under_way(job) and not job.is_muted:
        cancel = Button(tongue.text("button.cancel"), Press(Act.CANCEL, job.job_id).data())
        return [*elsewhere, [cancel], *to_me_keyboard(scene)]
    if job.state in {JobState.FAILED, JobState.CANCELLED, JobState.NEEDS_REVIEW}:
        again = Press(Act.REDO, job.job_id, said_vnd=scene.again_vnd)
        return [[_priced(tongue.text("button.again"), again, tongue)], *elsewhere]
    is_kept = job.is_muted or job.state is JobState.DONE
    return elsewhere_keyboard(scene, job.chat_id) if is_kept else []


def _move_button(scene: Scene, move: Move) -> Button:
    label = scene.tongue.text("button.move", title=move.title)
    press = Press(Act.MOVE, scene.job.job_id, how=move.provider, said_vnd=move.price_vnd)
    return _priced(label, press, scene.tongue)


def _priced(label: str, press: Press, tongue: Tongue) -> Button:
    """A button that says what it costs, where it costs something."""
    if press.said_vnd:
        label = f"{label} · {tongue.money(press.said_vnd)}"
    return Button(label, press.data())


def result_keyboard(scene: Scene) -> Keyboard:
    numbers = [asset.tile for asset in scene.tiles]
    keyboard = _label(presses_for_result(scene.job, numbers, scene.offers), scene)
    # One that was private and stands in the group all the same has nowhere to go.
    return keyboard if scene.job.to_private else _beside(keyboard, to_me_keyboard(scene))


def _beside(keyboard: Keyboard, more: Keyboard) -> Keyboard:
    """With one row more, or none where the last button that is alone has room beside it."""
    lone = [at for at, row in enumerate(keyboard) if len(row) == 1]
    if not (lone and more):
        return [*keyboard, *more]
    shared = side_by_side([*keyboard[lone[-1]], *more[0]])
    if len(shared) > 1:
        return [*keyboard, *more]
    return [*keyboard[: lone[-1]], *shared, *keyboard[lone[-1] + 1 :]]


def to_me_keyboard(scene: Scene) -> Keyboard:
    """In a group, for who asked: the result to them alone, or to all after all."""
    job, tongue = scene.job, scene.tongue
    if not (scene.is_in_group and may_be_private(job)):
        return []
    key, how = ("button.to_all", TO_ALL) if job.to_private else ("button.to_me", TO_ME)
    return [[Button(tongue.text(key), Press(Act.TO_ME, job.job_id, how=how).data())]]


def tile_keyboard(scene: Scene, tile: int) -> Keyboard:
    return _label(presses_for_tile(scene.job, tile, scene.offers), scene)


def _label(groups: Sequence[Sequence[Press]], scene: Scene) -> Keyboard:
    is_grid = any(press.act is Act.PICK for group in groups for press in group)
    buttons = [[_button(press, scene, is_grid=is_grid) for press in group] for group in groups]
    return [row for group in buttons for row in side_by_side(group)]


def side_by_side(group: Sequence[Button]) -> Keyboard:
    """In even rows, as many to a row as a phone shows whole: a row's buttons are equally wide."""
    longest = max(_columns(button.label) for button in group) + 1
    fitting = [n for n in range(1, ROW_MAX + 1) if len(group) % n == 0 and longest * n <= ROW_WIDTH]
    most = max(fitting, default=1)
    return [group[start : start + most] for start in range(0, len(group), most)]


def _columns(label: str) -> int:
    """How wide it is drawn: an emoji takes as much room as two letters."""
    narrow = label.replace("\N{VARIATION SELECTOR-16}", "")
    # The selector, which widens an arrow to an emoji, stands for the second column.
    widened = len(label) - len(narrow)
    return widened + sum(2 if east_asian_width(letter) in {"W", "F"} else 1 for letter in narrow)


def _button(press: Press, scene: Scene, *, is_grid: bool) -> Button:
    label = _button_text(press, scene, is_grid=is_grid)
    press = dataclasses.replace(press, said_vnd=_price_of(press, scene))
    return _priced(label, press, scene.tongue)


def _button_text(press: Press, scene: Scene, *, is_grid: bool) -> str:
    tongue = scene.tongue
    match press.act:
        case Act.PICK:
            return str(press.tile)
        case Act.VARY if not press.how:
            return f"V{press.tile}" if is_grid else tongue.text("button.vary_strong")
        case Act.ZOOM if press.how not in {"square", CUSTOM}:
            return tongue.text("button.zoom_times", word=press.how)
        case Act.VARY | Act.UPSCALE | Act.PAN | Act.ZOOM:
            return tongue.text(f"button.{press.act.name.lower()}_{press.how}")
        case Act.ENLARGE:
            return tongue.text("button.enlarge", word=press.how.upper())
        case Act.ANIMATE:
            return tongue.text("button.animate")
        case Act.FILES if press.tile is None and len(scene.tiles) > 1:
            return tongue.text("button.files")
        case Act.FILES:
            return tongue.text("button.file")
        case _:
            return tongue.text("button.redo")


def _price_of(press: Press, scene: Scene) -> int | None:
    """What pressing it takes; None when that is nothing worth a word, or not for sale."""
    if press.act is Act.REDO:
        return scene.again_vnd
    wanted = WANTED.get(press.act)
    return scene.prices_vnd.get(wanted) if wanted and press.how != CUSTOM else None


def elsewhere_keyboard(scene: Scene, chat_id: int) -> Keyboard:
    """In a group, the way to a kept result in the private chat."""
    if chat_id > 0:
        return []
    return [[Button(scene.tongue.text("button.in_private"), url=scene.link)]]
