"""Vouchers: an operator makes codes, people fill their balance with them, each once."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from story import Person, Story, living_bot, served_town, settings_for, words

from bot.app import DATABASE_NAME
from bot.jobs.rules import GroupRules, Payer, set_rules
from bot.model import ChatId
from bot.store.sqlite import open_store

CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")


@pytest.fixture
async def club_story(tmp_path: Path) -> AsyncIterator[tuple[Story, Person]]:
    """Where only invited people may use the bot."""
    async with served_town(tmp_path / "town") as town:
        story = Story(town, tmp_path / "data")
        operator = story.person("Operator", "en")
        environ = settings_for(
            town, story.data_dir, BOT_ADMIN_IDS=str(operator.user_id), BOT_ACCESS="approved"
        )
        async with living_bot(environ):
            yield story, operator


@pytest.fixture
async def shop_story(tmp_path: Path) -> AsyncIterator[tuple[Story, Person]]:
    """A bot with an operator, in a town of its own."""
    async with served_town(tmp_path / "town") as town:
        story = Story(town, tmp_path / "data")
        operator = story.person("Operator", "en")
        environ = settings_for(town, story.data_dir, BOT_ADMIN_IDS=str(operator.user_id))
        async with living_bot(environ):
            yield story, operator


async def codes_of(operator: Person, command: str) -> list[str]:
    return CODE.findall(words(await operator.answer_to(operator.say(command))))


async def test_a_code_fills_a_balance_once(shop_story: tuple[Story, Person]) -> None:
    story, operator = shop_story
    codes = await codes_of(operator, "/voucher 50k 30 3")
    assert 3 == len(set(codes))
    an, ben = story.person("An", "vi"), story.person("Ben", "en")
    filled = words(await an.answer_to(an.say(f"/voucher {codes[0].lower()}")))
    assert "🎟 Đã nạp 50.000 ₫ vào số dư của bạn. Giờ bạn có 50.000 ₫." == filled
    again = words(await ben.answer_to(ben.say(f"/voucher {codes[0]}")))
    assert f"The voucher {codes[0]} has been used already" in again
    left = await codes_of(operator, "/voucher")
    assert set(codes[1:]) <= set(left)
    assert codes[0] not in left


async def test_the_link_gives_the_code_by_one_tap(shop_story: tuple[Story, Person]) -> None:
    story, operator = shop_story
    told = words(await operator.answer_to(operator.say("/voucher 20000")))
    word = re.search(r"start=(v-\w+)", told)
    assert word is not None
    an = story.person("An", "en")
    filled = words(await an.answer_to(an.say(f"/start {word[1]}")))
    assert "₫20,000 came onto your balance" in filled


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("/voucher -5000", "has to be above zero"),
        ("/voucher 0.5", "whole đồng only"),
        ("/voucher 50000 0", "no number of days"),
        ("/voucher 50000 30 999", "no number of vouchers"),
        ("/voucher 99999999999999", "Check the zeros"),
    ],
)
async def test_a_wrong_amount_makes_no_voucher(
    shop_story: tuple[Story, Person], typed: str, expected: str
) -> None:
    _, operator = shop_story
    told = words(await operator.answer_to(operator.say(typed)))
    assert [] == CODE.findall(told.replace("7K3D-QX9M-4TBR", ""))
    assert expected in told
    assert [] == await codes_of(operator, "/voucher")


async def test_nobody_else_makes_one(shop_story: tuple[Story, Person]) -> None:
    story, operator = shop_story
    an = story.person("An", "en")
    told = words(await an.answer_to(an.say("/voucher 50000 30")))
    assert "“50000 30” is no voucher code" in told
    assert [] == await codes_of(operator, "/voucher")


async def test_in_a_group_nobody_reads_new_codes(shop_story: tuple[Story, Person]) -> None:
    story, operator = shop_story
    group = story.group("Art", operator)
    asked = operator.say(f"/voucher@{story.world.bot['username']} 50000", chat=group)
    told = words(await operator.answer_to(asked, chat=group))
    assert [] == CODE.findall(told)
    assert [] == await codes_of(operator, "/voucher")


async def test_in_a_group_whose_wallet_pays_a_code_fills_that_wallet(
    shop_story: tuple[Story, Person],
) -> None:
    story, operator = shop_story
    [code] = await codes_of(operator, "/voucher 50000")
    an = story.person("An", "en")
    group = story.group("Art", an)
    async with open_store(story.data_dir / DATABASE_NAME) as store:
        await store.write(lambda tx: set_rules(tx, ChatId(group), GroupRules(payer=Payer.GROUP)))
    asked = an.say(f"/voucher@{story.world.bot['username']} {code}", chat=group)
    told = words(await an.answer_to(asked, chat=group))
    assert "An put 50.000 ₫ into the group's wallet" in told.replace("₫50,000", "50.000 ₫")


async def test_in_a_group_where_members_pay_nobody_reads_what_is_on_the_balance(
    shop_story: tuple[Story, Person],
) -> None:
    story, operator = shop_story
    [code] = await codes_of(operator, "/voucher 50000")
    an = story.person("An", "en")
    await an.answer_to(an.say("/quota"))
    group = story.group("Art", an)
    asked = an.say(f"/voucher@{story.world.bot['username']} {code}", chat=group)
    told = words(await an.answer_to(asked, chat=group))
    assert "The voucher is on An’s balance" in told
    assert "50,000" not in told
    await an.sees("₫50,000 came onto your balance. You have ₫50,000 now.")


@pytest.mark.parametrize("line", ["/voucher {}", "/start v-{}"])
async def test_whoever_brings_a_voucher_is_invited_by_it(
    club_story: tuple[Story, Person], line: str
) -> None:
    story, operator = club_story
    [code] = await codes_of(operator, "/voucher 50000")
    an, ben = story.person("An", "en"), story.person("Ben", "en")
    assert "works for invited people only" in words(await an.answer_to(an.say("/quota")))
    given = line.format(code.replace("-", ""))
    assert "₫50,000 came onto your balance" in words(await an.answer_to(an.say(given)))
    assert "₫50,000" in words(await an.answer_to(an.say("/quota")))
    refused = words(await ben.answer_to(ben.say(given)))
    assert "works for invited people only" in refused


async def test_a_wrong_code_or_a_banned_person_stays_at_the_door(
    club_story: tuple[Story, Person],
) -> None:
    story, operator = club_story
    [code] = await codes_of(operator, "/voucher 50000")
    an, ben = story.person("An", "en"), story.person("Ben", "en")
    wrong = words(await ben.answer_to(ben.say("/voucher 7K3D-QX9M-4TBR")))
    assert "works for invited people only" in wrong
    await an.answer_to(an.say("/quota"))
    await operator.answer_to(operator.say(f"/ban {an.user_id}"))
    an.say(f"/voucher {code}")
    group = story.group("Art", ben)
    asked = ben.say(f"/voucher@{story.world.bot['username']} {code}", chat=group)
    told = words(await ben.answer_to(asked, chat=group))
    assert "50,000" not in told
    assert [code] == await codes_of(operator, "/voucher")
