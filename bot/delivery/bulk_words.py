"""How several requests of one message read: the question, the progress, the end. Pure.

Knows nothing of sending. Text is Telegram's HTML; whatever a person wrote is escaped.
"""

from __future__ import annotations

from typing import Final

from bot.delivery.bulk_items import items, shared
from bot.delivery.bulk_scene import BulkScene
from bot.delivery.presentation import BAR_CELLS, Button, Words
from bot.i18n import Tongue
from bot.jobs.bulk import BulkState
from bot.jobs.bulk_orders import Total, parts_of
from bot.jobs.buttons import Act, Press
from bot.jobs.privacy import went_private
from bot.model import AssetKind, Job, JobState, Reason

LISTED_MAX: Final = 8
"""Requests, and failures, that are listed; of the others the number is said."""


def words_of(scene: BulkScene) -> Words:
    """The one message, as the bulk stands."""
    match scene.bulk.state:
        case BulkState.ASKED:
            return _question(scene)
        case BulkState.RUNNING | BulkState.STOPPED:
            return _progress(scene)
        case BulkState.DONE | BulkState.JOINED:
            return _end(scene)


def press_for(scene: BulkScene, choice: str, total: Total | None = None) -> Press:
    """``total``: what the button says it takes, and how many requests of them it covers."""
    how = f"{scene.bulk.bulk_id}-{choice}"
    if total is None:
        return Press(Act.BULK, how=how)
    return Press(Act.BULK, how=f"{how}-{total.covered}", said_vnd=total.cost_vnd)


def _question(scene: BulkScene) -> Words:
    bulk, tongue = scene.bulk, scene.tongue
    lines = [_title(scene)]
    if understood := shared(bulk.parts, scene.titles, tongue):
        lines.append(tongue.html("line.details", details=understood))
    listed = range(len(bulk.parts))[:LISTED_MAX]
    lines += [
        tongue.html("bulk.item", number=number, prompt=item)
        for number, item in enumerate(items(bulk.parts, listed, scene.titles, tongue), 1)
    ]
    lines += _and_more(len(bulk.parts) - LISTED_MAX, tongue)
    lines += ["", _price(scene)]
    if scene.all.covered < len(bulk.parts):
        values = {"covered": scene.all.covered, "count": len(bulk.parts)}
        lines.append(tongue.html(_short(scene, "covers", scene.all), **values))
        lines += _full(scene, scene.all)
    lines.append(tongue.html("bulk.for_admin" if scene.needs_admin else "bulk.confirm"))
    keyboard = [[_begin_button(scene)]] if scene.all.covered else []
    if bulk.joined is not None and scene.joined is not None and scene.joined.covered:
        kind = bulk.joined.request.operation.output_kind
        label = tongue.text(f"bulk.button_joined_{kind}")
        keyboard.append([_priced(scene, "one", label, scene.joined)])
    keyboard.append([Button(tongue.text("bulk.button_no"), press_for(scene, "no").data())])
    return Words("\n".join(lines), keyboard)


def _begin_button(scene: BulkScene) -> Button:
    return _counted(scene, "all", len(scene.bulk.parts), scene.all)


def _counted(scene: BulkScene, choice: str, count: int, total: Total) -> Button:
    """A button for ``count`` requests; where fewer are covered, that is what it says."""
    tongue = scene.tongue
    label = tongue.plural(f"bulk.button_{choice}", count)
    if 0 < total.covered < count:
        label = tongue.text("bulk.button_some", covered=total.covered, count=count)
    return _priced(scene, choice, label, total)


def _progress(scene: BulkScene) -> Words:
    bulk, tongue = scene.bulk, scene.tongue
    ended, begun = len(scene.ended), max(1, len(scene.jobs))
    full = ended * BAR_CELLS // begun
    bar = "▓" * full + "░" * (BAR_CELLS - full)
    values = {"bar": bar, "ended": ended, "count": begun}
    if scene.paused_title is not None:
        lines = [
            tongue.html("bulk.progress_waiting", **values),
            tongue.html("status.paused", title=scene.paused_title),
        ]
    else:
        left = tongue.duration(scene.left_s)
        lines = [tongue.html("bulk.progress", left=left, **values)]
    if bulk.state is BulkState.STOPPED:
        lines.append(tongue.html("bulk.stopping"))
    lines += _failures(scene) + _not_begun(scene)
    keyboard = _go_on(scene)
    if bulk.state is BulkState.RUNNING:
        keyboard.insert(
            0, [Button(tongue.text("bulk.button_stop"), press_for(scene, "stop").data())]
        )
    return Words("\n".join([_title(scene), *lines]), keyboard)


def _end(scene: BulkScene) -> Words:
    bulk, tongue = scene.bulk, scene.tongue
    if not bulk.begun:
        return Words(tongue.html("bulk.declined"))
    made = [job for job in scene.jobs if job.state is JobState.DONE]
    cancelled = [job for job in scene.jobs if job.state is JobState.CANCELLED]
    facts = [tongue.html("bulk.made", made=len(made), count=len(bulk.parts))]
    if scene.failed:
        facts.append(tongue.html_plural("bulk.failed", len(scene.failed)))
    if cancelled:
        facts.append(tongue.html_plural("bulk.cancelled", len(cancelled)))
    lines = [_title(scene), " · ".join(facts), _cost(scene)]
    lines += _failures(scene) + _not_begun(scene)
    keyboard = _go_on(scene)
    if private := [job for job in made if went_private(job)]:
        key = (
            "bulk.waits_privately" if any(job.detail for job in private) else "bulk.sent_privately"
        )
        lines.append(tongue.html(key, name=scene.asker))
        keyboard.append([Button(tongue.text("button.in_private"), url=scene.link)])
    if scene.failed and bulk.again_id is None:
        keyboard.insert(0, [_counted(scene, "again", len(scene.failed), scene.again)])
    return Words("\n".join(lines), keyboard)


def _title(scene: BulkScene) -> str:
    tongue, parts = scene.tongue, scene.bulk.parts
    outputs = {
        kind: sum(
            part.request.count for part in parts if part.request.operation.output_kind is kind
        )
        for kind in AssetKind
    }
    facts = [tongue.html_plural("bulk.title", len(parts))]
    facts += [tongue.html_plural(f"count.{kind}s", n) for kind, n in outputs.items() if n]
    return " · ".join(facts)


def _price(scene: BulkScene) -> str:
    total, tongue = scene.all, scene.tongue
    if not total.covered:
        return tongue.html(_short(scene, "nothing_covered", total))
    if total.cost_vnd == 0:
        return tongue.html("bulk.price_free", free=tongue.number(total.free))
    price = tongue.money(total.cost_vnd)
    if total.free == 0:
        key = "bulk.price_of_group" if scene.is_of_group else "bulk.price_paid"
        return tongue.html(key, price=price)
    return tongue.html("bulk.price_mixed", price=price, free=tongue.number(total.free))


def _cost(scene: BulkScene) -> str:
    """What it has cost in all."""
    tongue = scene.tongue
    charged_vnd = sum(job.charged_vnd for job in scene.jobs)
    free = sum(job.charged_free for job in scene.jobs)
    if free and not charged_vnd:
        return tongue.html("bulk.cost_free", free=tongue.number(free))
    price = tongue.money(charged_vnd)
    if free == 0:
        return tongue.html("bulk.cost", price=price)
    return tongue.html("bulk.cost_mixed", price=price, free=tongue.number(free))


def _failures(scene: BulkScene) -> list[str]:
    tongue, listed = scene.tongue, scene.failed[:LISTED_MAX]
    if not listed:
        return []
    places = [scene.jobs.index(job) for job in listed]
    told = items(parts_of(scene.jobs), places, scene.titles, tongue)
    lines = [
        tongue.html("bulk.failed_item", number=job.bulk_number, prompt=item, why=_why(job, tongue))
        for job, item in zip(listed, told, strict=True)
    ]
    return lines + _and_more(len(scene.failed) - LISTED_MAX, tongue)


def _why(job: Job, tongue: Tongue) -> str:
    return tongue.text(f"bulk.why_{job.reason or Reason.FAILED}")


def _not_begun(scene: BulkScene) -> list[str]:
    bulk, tongue = scene.bulk, scene.tongue
    rest = len(bulk.parts) - bulk.begun
    if not rest or bulk.rest_id is not None:
        return []
    key = _short(scene, "not_begun", scene.rest)
    told = tongue.html_plural(key, rest, begun=bulk.begun, count=len(bulk.parts))
    return [told, *_full(scene, scene.rest)]


def _short(scene: BulkScene, what: str, total: Total) -> str:
    """The sentence about what does not go: for the day's caps, the group's wallet, one's quota."""
    if total.full is not None:
        return f"bulk.{what}_today"
    return f"bulk.{what}_group" if scene.is_of_group else f"bulk.{what}"


def _full(scene: BulkScene, total: Total) -> list[str]:
    """Which of the day's caps it is, and when that begins anew."""
    over, tongue = total.full, scene.tongue
    if over is None:
        return []
    reset_at = tongue.date_time(over.room.resets_at, scene.timezone)
    key = f"bulk.full_{over.room.scope}_{over.kind}"
    return [tongue.html(key, most=tongue.number(over.room.most), reset_at=reset_at)]


def _go_on(scene: BulkScene) -> list[list[Button]]:
    """The button to begin what the quota did not cover."""
    rest = len(scene.bulk.parts) - scene.bulk.begun
    if not rest or scene.bulk.rest_id is not None:
        return []
    return [[_counted(scene, "rest", rest, scene.rest)]]


def _priced(scene: BulkScene, choice: str, label: str, total: Total) -> Button:
    """What is not covered at all has no price: pressed, it says what is lacking."""
    if total.covered:
        tongue = scene.tongue
        price = tongue.money(total.cost_vnd) if total.cost_vnd else tongue.text("caption.free")
        label = f"{label} · {price}"
    return Button(label, press_for(scene, choice, total).data())


def _and_more(count: int, tongue: Tongue) -> list[str]:
    return [tongue.html_plural("bulk.more", count)] if count > 0 else []
