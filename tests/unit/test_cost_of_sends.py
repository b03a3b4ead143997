"""What a row costs as Telegram counts it: an album as many messages as it has pictures."""

import dataclasses
from typing import Any, cast

import pytest
from market import BOTH
from shop import HOUR, NOON, Shop, outputs

from bot.delivery.approvals import Approvals
from bot.delivery.board_showing import Boards
from bot.delivery.bulks import Bulks
from bot.delivery.pictures import Pictures
from bot.delivery.scene import Scenes
from bot.delivery.sending import Sending
from bot.delivery.telegram import TelegramSender
from bot.delivery.welcoming import Welcoming
from bot.i18n import I18n
from bot.jobs.facts import Admitted, Saved, SubmitAnswered
from bot.jobs.preferences import Form, Preferences, prefer
from bot.model import ChatId, Job, Outgoing, Place, Say, TaskId, Urgency, UserId

AN, BINH = 7, 8
NOBODY = cast("Any", None)


def sending(shop: Shop) -> Sending:
    scenes = Scenes(
        shop.store,
        accounts={},
        titles={},
        market=BOTH,
        desk=shop.desk,
        i18n=I18n.load(),
        default_language="vi",
        link_to=str,
        username="easel_bot",
        clock=shop.now,
    )
    telegram = cast("TelegramSender", NOBODY)  # nothing is sent to find out what it costs
    return Sending(
        telegram,
        scenes,
        cast("Bulks", NOBODY),
        cast("Boards", NOBODY),
        cast("Approvals", NOBODY),
        cast("Welcoming", NOBODY),
        cast("Pictures", NOBODY),
    )


async def four_pictures(shop: Shop) -> Job:
    job = await shop.order(AN)
    answered = SubmitAnswered(TaskId("t1"), poll_at=NOON, deadline_at=NOON + HOUR)
    return await shop.happens(job, Admitted(), answered, Saved(outputs(job, 4)))


def a_row(job: Job, say: Say, **more: Any) -> Outgoing:
    place = Place(ChatId(AN), None, None)
    row = Outgoing(1, say, place, job.job_id, None, {}, Urgency.RESULT, attempts=0, sends=0)
    return dataclasses.replace(row, **more)


@pytest.mark.parametrize(("form", "cost"), [(Form.GRID, 1), (Form.ALBUM, 4), (Form.FILES, 4)])
async def test_a_result_costs_what_its_form_takes(shop: Shop, form: Form, cost: int) -> None:
    job = await four_pictures(shop)
    await shop.store.write(lambda tx: prefer(tx, UserId(AN), Preferences(form=form)))
    assert cost == await sending(shop).cost(a_row(job, Say.RESULT))
    assert 1 == await sending(shop).cost(a_row(job, Say.BUTTONS))


async def test_shown_to_another_it_costs_what_their_form_takes(shop: Shop) -> None:
    job = await four_pictures(shop)
    await shop.store.write(lambda tx: prefer(tx, UserId(BINH), Preferences(form=Form.ALBUM)))
    again = {"again": True, "user_id": BINH}
    assert 4 == await sending(shop).cost(a_row(job, Say.RESULT, payload=again))
    assert 1 == await sending(shop).cost(a_row(job, Say.RESULT))


async def test_the_files_of_all_cost_four_and_of_one_tile_one(shop: Shop) -> None:
    job = await four_pictures(shop)
    assert 4 == await sending(shop).cost(a_row(job, Say.FILES))
    assert 1 == await sending(shop).cost(a_row(job, Say.FILES, tile=2))
