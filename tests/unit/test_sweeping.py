"""What nobody needs is put away: old albums, unanswered questions, files that no job names."""

import os
from pathlib import Path

import pytest
from shop import NOON, Shop

from bot.jobs.accept import Order
from bot.jobs.approvals import add_approval, find_approval
from bot.model import DAY_MS, ChatId, Operation, Place, Request, UserId
from bot.runner.sweeping import KEPT_MS, sweep

AN = UserId(7)
USED, UNUSED = "references/used.jpg", "references/unused.jpg"
COPY, RESULT = "media/K7QD4X/upload-K7QD4X-1.jpg", "media/K7QD4X/1.png"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files kept at noon, a job's result and a copy of it among them."""
    for name in (USED, UNUSED, COPY, RESULT, "references/draft-1-1.raw"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"pixels")
        os.utime(path, (NOON / 1000, NOON / 1000))
    return tmp_path


def files(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith("bot.db")
    }


async def test_a_day_later_only_what_a_job_names_is_left(shop: Shop, folder: Path) -> None:
    request = Request(Operation.REFERENCE_IMAGE, "in oil", references=(USED, USED))
    await shop.order(1, request, provider="flow")
    await sweep(shop.store, folder, NOON + DAY_MS)
    assert 5 == len(files(folder))
    await sweep(shop.store, folder, NOON + DAY_MS + 1)
    assert {USED, RESULT} == files(folder)


async def test_a_picture_sent_again_is_kept_for_another_day(shop: Shop, folder: Path) -> None:
    again = (NOON + DAY_MS) / 1000
    os.utime(folder / UNUSED, (again, again))
    await sweep(shop.store, folder, NOON + DAY_MS + 1)
    assert UNUSED in files(folder)


async def test_albums_and_unanswered_questions_are_forgotten_after_a_month(
    shop: Shop, tmp_path: Path
) -> None:
    await shop.order(1)
    for created_at, due_at in ((NOON, "NULL"), (NOON, NOON), (NOON + 1, "NULL")):
        await shop.tamper(
            "INSERT INTO draft (user_id, chat_id, message_id, text, pictures, created_at, due_at)"
            f" VALUES (1, 1, 1, '/img', '[]', {created_at}, {due_at})"
        )
        await shop.tamper(
            "INSERT INTO album_item (chat_id, media_group_id, message_id, picture, created_at)"
            f" VALUES (1, 'album', {created_at - NOON}, '[]', {created_at}) ON CONFLICT DO NOTHING"
        )
    await sweep(shop.store, tmp_path, NOON + KEPT_MS + 1)
    drafts = await shop.store._reader.execute_fetchall("SELECT created_at, due_at FROM draft")
    items = await shop.store._reader.execute_fetchall("SELECT created_at FROM album_item")
    assert [(NOON, NOON), (NOON + 1, None)] == [tuple(row) for row in drafts]
    assert [(NOON + 1,)] == [tuple(row) for row in items]


async def test_what_an_admin_is_asked_keeps_its_pictures_until_it_is_forgotten(
    shop: Shop, folder: Path
) -> None:
    await shop.order(AN)
    request = Request(Operation.REFERENCE_IMAGE, "in oil", references=(USED, USED))
    order = Order(AN, Place(ChatId(-5), None, None), request, "flow")
    asked = await shop.store.write(
        lambda tx: add_approval(tx, order, 100, language="vi", now=NOON + 1)
    )
    await sweep(shop.store, folder, NOON + KEPT_MS + 1)
    assert asked == await find_approval(shop.store, asked.approval_id)
    assert {USED, RESULT} == files(folder)
    await sweep(shop.store, folder, NOON + KEPT_MS + 2)
    assert None is await find_approval(shop.store, asked.approval_id)
    assert {RESULT} == files(folder)


async def test_presses_are_forgotten_after_a_day(shop: Shop, tmp_path: Path) -> None:
    for pressed_at in (NOON, NOON + 1):
        await shop.tamper(
            "INSERT INTO press (user_id, chat_id, message_id, data, pressed_at)"
            f" VALUES (1, 1, 1, 'v:K7QD4X:{pressed_at}:', {pressed_at})"
        )
    await sweep(shop.store, tmp_path, NOON + DAY_MS + 1)
    presses = await shop.store._reader.execute_fetchall("SELECT pressed_at FROM press")
    assert [(NOON + 1,)] == [tuple(row) for row in presses]


async def test_an_invoice_nobody_paid_is_forgotten_and_a_paid_one_is_kept(
    shop: Shop, tmp_path: Path
) -> None:
    await shop.grant(7, 1)
    for name in ("paid", "unpaid"):
        await shop.tamper(
            "INSERT INTO invoice (invoice_id, user_id, wallet_id, chat_id, stars, vnd_per_star,"
            f" created_at) VALUES ('{name}', 7, 7, 7, 200, 330, {NOON})"
        )
    await shop.tamper(
        "INSERT INTO payment (charge_id, invoice_id, user_id, wallet_id, stars, vnd_per_star,"
        f" amount_vnd, paid_at) VALUES ('c', 'paid', 7, 7, 200, 330, 0, {NOON})"
    )
    await sweep(shop.store, tmp_path, NOON + KEPT_MS)
    assert ["paid", "unpaid"] == await invoices(shop)
    await sweep(shop.store, tmp_path, NOON + KEPT_MS + 1)
    assert ["paid"] == await invoices(shop)


async def invoices(shop: Shop) -> list[str]:
    rows = await shop.store._reader.execute_fetchall("SELECT invoice_id FROM invoice ORDER BY 1")
    return [row["invoice_id"] for row in rows]
