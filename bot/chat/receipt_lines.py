"""How a receipt reads: what it was, what was held, taken and given back, and why. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bot.chat.talk import Line, apart, counted, line, shortened
from bot.jobs.causes import cause_of
from bot.jobs.receipts import EntryReceipt, JobReceipt, Receipt
from bot.model import FINAL_STATES, Job, JobState
from bot.money.ledger import BY_HAND, EntryKind
from bot.money.plans import Plans

PROMPT_SHOWN: Final = 40
"""Characters: a page of them fits a phone's screen or two."""
_WORDLESS: Final = "…"
_BY_HAND: Final = frozenset({EntryKind.GRANT, EntryKind.CORRECTION})
_PUT_IN: Final = frozenset({EntryKind.GRANT, EntryKind.TOPUP, EntryKind.VOUCHER})


def receipt_lines(receipt: Receipt, plans: Plans, *, names_asker: bool) -> list[Line]:
    """``names_asker``: several people are paid for, so it is said who asked, and who put money in."""
    if isinstance(receipt, EntryReceipt):
        told = list(_of_entry(receipt, plans, names_giver=names_asker))
    else:
        told = list(_of_job(receipt, names_asker=names_asker))
    return [apart(told[0]), *told[1:]]


def _of_job(receipt: JobReceipt, *, names_asker: bool) -> Iterator[Line]:
    job = receipt.job
    yield line(
        f"receipts.job_{job.request.operation}",
        code=job.job_id,
        asked_at=job.accepted_at,
        prompt=_prompt(job.request.prompt),
    )
    if names_asker and receipt.asker:
        yield line("receipts.asked_by", name=receipt.asker)
    if receipt.hold_free:
        yield counted(f"receipts.free_{_share(receipt)}", _free(receipt))
    if receipt.hold_vnd:
        yield line(
            f"receipts.money_{_share(receipt)}",
            hold_vnd=receipt.hold_vnd,
            taken_vnd=job.charged_vnd,
            back_vnd=receipt.back_vnd,
        )
    if not (receipt.hold_free or receipt.hold_vnd):
        yield line("receipts.nothing")
    if (why := _why(receipt)) is not None:
        yield why


def _share(receipt: JobReceipt) -> str:
    """How much of what was held has been taken."""
    job = receipt.job
    if job.held_vnd or job.held_free:
        return "held"
    if not (receipt.back_vnd or receipt.back_free):
        return "taken"
    return "part" if job.charged_vnd or job.charged_free else "back"


def _free(receipt: JobReceipt) -> int:
    """Of the day's free outputs: what was taken, where anything was."""
    return receipt.job.charged_free if _share(receipt) == "part" else receipt.hold_free


def _why(receipt: JobReceipt) -> Line | None:
    """What made it another sum than was held; None: all of it was taken."""
    job = receipt.job
    if job.moved_to is not None:
        return line("receipts.why_moved", code=job.moved_to)
    if job.state is JobState.CANCELLED:
        return line("receipts.why_cancelled")
    if job.state in FINAL_STATES and job.reason is not None:
        return line(f"receipts.why_{cause_of(job.reason, job.detail)}")
    if job.made_at is None:
        return None
    return _why_of_made(receipt, job)


def _why_of_made(receipt: JobReceipt, job: Job) -> Line | None:
    is_back = bool(receipt.back_vnd or receipt.back_free)
    if is_back and not (job.charged_vnd or job.charged_free):
        return line("receipts.why_late")
    if is_back:
        kind = job.request.operation.output_kind
        return line(f"receipts.why_some_{kind}", came=job.outputs, count=job.request.count)
    return line("receipts.why_kept", code=job.job_id) if job.is_muted else None


def _of_entry(entry: EntryReceipt, plans: Plans, *, names_giver: bool) -> Iterator[Line]:
    values = {"amount_vnd": entry.amount_vnd, "happened_at": entry.at}
    match entry.kind:
        case EntryKind.REFUND:
            yield line("receipts.refund", **values)
            left_vnd = entry.amount_vnd + entry.gone_vnd
            percent = round(100 * entry.amount_vnd / left_vnd)
            yield line("receipts.refund_share", percent=percent, left_vnd=left_vnd, **values)
            if entry.gone_vnd:
                yield line("receipts.refund_gone", gone_vnd=entry.gone_vnd)
        case EntryKind.LAPSE:
            yield line("receipts.lapse_early" if entry.is_early else "receipts.lapse", **values)
        case EntryKind.TOPUP if entry.is_restored:
            yield line("receipts.restored", **values)
        case kind:
            yield line(f"receipts.{kind}", **values)
    if names_giver and entry.giver and entry.kind in _PUT_IN:
        yield line("receipts.put_in_by", name=entry.giver)
    if entry.stars is not None:
        key = "receipts.stars_back" if entry.kind is EntryKind.REVERSAL else "receipts.stars"
        yield counted(key, entry.stars, number=str(entry.payment))
    if entry.plan is not None:
        yield line("receipts.of_plan", plan=plans.shown_name(entry.plan))
    if entry.kind in _BY_HAND and entry.reason not in {"", BY_HAND}:
        yield line("receipts.reason", reason=entry.reason)


def _prompt(prompt: str) -> str:
    words = " ".join(prompt.split()) or _WORDLESS
    return shortened(words, PROMPT_SHOWN)
