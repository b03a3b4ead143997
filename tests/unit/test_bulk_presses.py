"""What a yes to several requests begins: what its button said, or nothing but a new question."""

import dataclasses
import json
from pathlib import Path

import pytest
from market import BOTH
from shop import CLIP, GRID, Shop

from bot.chat.access import Doorkeeper
from bot.chat.bulk_presses import BulkPresses
from bot.chat.making import Making
from bot.chat.talk import Speaker, Talk
from bot.jobs import bulk
from bot.jobs.accept import Desk
from bot.jobs.bulk import BulkState, Part
from bot.jobs.bulk_orders import total_of
from bot.jobs.buttons import Act, Press
from bot.jobs.offers import Market
from bot.model import ChatId, MessageId, Place, UserId
from bot.money.plan_file import load_plans
from bot.runner.sweeping import KEPT_MS, sweep
from bot.store.port import Transaction

AN = UserId(7)
HOME = Place(ChatId(7), None, MessageId(70))
CATS = [Part("apiframe", dataclasses.replace(GRID, prompt=f"cat {n}")) for n in range(5)]
CLIPS = [Part("flow", CLIP)] * 2
ALONE = Market({"apiframe": BOTH.providers["apiframe"]}, {})


async def asked(
    shop: Shop, parts: list[Part], *, joined: Part | None = None, who: int = AN
) -> bulk.Bulk:
    async def work(tx: Transaction) -> int:
        await tx.run(
            "user_seen",
            user_id=who,
            first_name="An",
            username=None,
            language_code="en",
            now=shop.now(),
        )
        await tx.run("chat_seen", chat_id=7, kind="private", title="An", now=shop.now())
        bulk_id = await bulk.add_bulk(tx, UserId(who), HOME, parts, joined=joined, now=shop.now())
        await tx.run("bulk_set_message", bulk_id=bulk_id, message_id=71)
        return bulk_id

    return await found(shop, await shop.store.write(work))


async def found(shop: Shop, bulk_id: int) -> bulk.Bulk:
    there = await bulk.find_bulk(shop.store, bulk_id)
    assert there is not None
    return there


async def button(shop: Shop, there: bulk.Bulk, choice: str, parts: list[Part]) -> Press:
    """As it stands under the question now."""
    total = await total_of(shop.desk, shop.store, there.user_id, there.place.chat_id, parts)
    how = f"{there.bulk_id}-{choice}-{total.covered}"
    return Press(Act.BULK, how=how, said_vnd=total.cost_vnd)


async def pressed(shop: Shop, press: Press, market: Market = BOTH) -> str:
    async def work(tx: Transaction) -> str:
        await tx.run(
            "user_seen",
            user_id=AN,
            first_name="An",
            username=None,
            language_code="en",
            now=shop.now(),
        )
        talk = Talk(tx, Speaker(AN, "An", "en"), HOME, True, "en", shop.now())
        door = Doorkeeper("open", frozenset(), "")
        making = Making(shop.desk, market, "easel_bot")
        return await BulkPresses(shop.desk, making, door).press(talk, press)

    return await shop.store.write(work)


async def said(shop: Shop) -> list[str]:
    rows = await shop.store.all("outbox_of_chat", chat_id=7)
    payloads = [json.loads(row["payload"]) for row in rows if row["say"] == "text"]
    return [line["key"] for payload in payloads for line in payload["lines"]]


async def held(shop: Shop) -> tuple[int, int]:
    return (await shop.wallet(AN)).held_vnd, 40 - await shop.free_left(AN)


def dearer(shop: Shop, folder: Path, price_vnd: int) -> Shop:
    plans = folder / "plans.toml"
    plans.write_text(f"[prices]\nimage = {price_vnd}\n[plans.free]\n")
    return dataclasses.replace(
        shop, desk=Desk(load_plans(plans), shop.desk.timezone, shop.desk.clock)
    )


async def test_when_fewer_are_covered_than_the_button_said_it_is_asked_again(
    shop: Shop, tmp_path: Path
) -> None:
    shop = dearer(shop, tmp_path, 100)
    await shop.grant(AN, 2_000)
    there = await asked(shop, CATS)
    yes = await button(shop, there, "all", CATS)
    assert f"k:::{there.bulk_id}-all-5:2000" == yes.data()
    shop = dearer(shop, tmp_path, 200)
    assert "bulk.changed" == await pressed(shop, yes)
    assert (0, 40) == await held(shop)
    assert BulkState.ASKED is (await found(shop, there.bulk_id)).state
    new = await button(shop, there, "all", CATS)
    assert (2, 1_600) == (int(new.how.rpartition("-")[2]), new.said_vnd)
    assert "press.accepted" == await pressed(shop, new)
    assert 1_600 == (await shop.wallet(AN)).held_vnd


async def test_what_became_cheaper_is_begun_as_it_was_said(shop: Shop, tmp_path: Path) -> None:
    shop = dearer(shop, tmp_path, 200)
    await shop.grant(AN, 9_000)
    there = await asked(shop, CATS)
    yes = await button(shop, there, "all", CATS)
    assert "press.accepted" == await pressed(dearer(shop, tmp_path, 100), yes)
    assert 2_000 == (await shop.wallet(AN)).held_vnd


@pytest.mark.parametrize("choice", ["all", "one"])
async def test_for_a_provider_that_is_not_there_any_more_nothing_is_held(
    shop: Shop, choice: str
) -> None:
    parts = [Part("flow", dataclasses.replace(CLIP, prompt=str(n))) for n in range(1)]
    await shop.grant(AN, 90_000)
    there = await asked(shop, [CATS[0], *parts], joined=parts[0])
    yes = await button(shop, there, choice, [CATS[0], *parts] if choice == "all" else parts)
    assert "press.refused" == await pressed(shop, yes, ALONE)
    assert ["derive.provider_gone"] == await said(shop)
    assert (0, 0) == await held(shop)
    assert BulkState.ASKED is (await found(shop, there.bulk_id)).state


async def test_nor_for_what_its_provider_does_not_do_any_more(shop: Shop) -> None:
    turbo = [Part("apiframe", dataclasses.replace(GRID, mode="turbo"))] * 2
    there = await asked(shop, turbo)
    assert "press.refused" == await pressed(shop, await button(shop, there, "all", turbo))
    assert ["derive.no_longer_offered"] == await said(shop)
    assert (0, 0) == await held(shop)


async def test_the_rest_and_what_failed_are_not_begun_for_who_is_gone_either(shop: Shop) -> None:
    await shop.grant(AN, 90_000)
    eleven = [*CATS, *CATS, CATS[0]]
    there = await asked(shop, [*eleven, *CLIPS])
    await shop.tamper(f"UPDATE bulk SET begun = 11, state = 'done' WHERE bulk_id = {there.bulk_id}")
    rest = await button(shop, there, "rest", CLIPS)
    assert "press.refused" == await pressed(shop, rest, ALONE)
    job = await shop.order(AN, CLIP, provider="flow")
    failed = f"state = 'failed', bulk_id = {there.bulk_id}, bulk_number = 1"
    await shop.tamper(f"UPDATE job SET {failed} WHERE job_id = '{job.job_id}'")
    before = await held(shop)
    again = await button(shop, there, "again", [Part("flow", CLIP)])
    assert "press.refused" == await pressed(shop, again, ALONE)
    assert ["derive.provider_gone"] * 2 == await said(shop)
    assert before == await held(shop)


async def test_a_question_of_long_ago_says_that_it_has_expired_and_names_no_other(
    shop: Shop, tmp_path: Path
) -> None:
    there = await asked(shop, CATS)
    yes = await button(shop, there, "all", CATS)
    shop.now.at += KEPT_MS + 1
    await sweep(shop.store, tmp_path, shop.now())
    newer = await asked(shop, CATS)
    assert newer.bulk_id != there.bulk_id
    assert "bulk.expired" == await pressed(shop, yes)


async def test_what_an_anonymous_admin_asked_is_explained(shop: Shop) -> None:
    there = await asked(shop, CATS, who=-100)
    assert "bulk.anonymous" == await pressed(shop, await button(shop, there, "all", CATS))


async def test_joined_into_one_the_question_says_nothing_more(shop: Shop) -> None:
    there = await asked(shop, CATS[:2], joined=CATS[2])
    one = await button(shop, there, "one", CATS[2:3])
    assert "press.accepted" == await pressed(shop, one)
    assert "press.twice" == await pressed(shop, one)
    assert BulkState.JOINED is (await found(shop, there.bulk_id)).state
    (job,) = await shop.store.all("jobs_of_user", user_id=AN)
    assert (71, "queued") == (job["status_message_id"], job["state"])
