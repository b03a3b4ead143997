"""A group's rules are changed by its admins alone, to what there is, and nothing is lost."""

import asyncio
import json
import sqlite3
from contextlib import closing

import pytest
from shop import Shop

from bot.chat.governing import Governing
from bot.chat.talk import Speaker, Talk
from bot.jobs.buttons import Act, Press
from bot.jobs.people import language_for
from bot.jobs.rules import (
    GENERAL,
    GroupRules,
    Payer,
    Pressers,
    Users,
    is_group_admin,
    rules_of,
    set_rules,
)
from bot.model import ChatId, MessageId, Place, UserId
from bot.money.plan_file import load_plans
from bot.store.port import Transaction
from bot.store.sqlite import _migrations

GROUP = ChatId(-1001)
AN, BEN = UserId(1), UserId(2)
"""An is an admin, as is the group itself; Ben is not."""
GROUPS = 4
"""The migration that knows groups."""


async def seen(shop: Shop, *, is_told: bool = True) -> None:
    """The group and its people, and who Telegram says its admins are."""

    async def work(tx: Transaction) -> None:
        await tx.run("chat_seen", chat_id=GROUP, kind="group", title="Nhóm", now=shop.now())
        for user_id in (AN, BEN, UserId(GROUP)):
            await tx.run(
                "user_seen",
                user_id=user_id,
                first_name="An",
                username=None,
                language_code="vi",
                now=shop.now(),
            )
        if is_told:
            await tx.run("chat_admin_add", chat_id=GROUP, user_id=AN)
            await tx.run("chat_set_admins_at", chat_id=GROUP, now=shop.now())

    await shop.store.write(work)


async def talk_of(
    shop: Shop, tx: Transaction, who: UserId, *, topic: int | None, is_forum: bool
) -> Talk:
    return Talk(
        tx,
        Speaker(who, "An", "vi"),
        Place(GROUP, topic, MessageId(70)),
        is_private=False,
        language="vi",
        now=shop.now(),
        rules=await rules_of(tx, GROUP),
        is_group_admin=await is_group_admin(tx, GROUP, who),
        pressed_id=MessageId(71),
        is_shown=True,
        is_forum=is_forum,
    )


async def press(
    shop: Shop, how: str, *, who: UserId = AN, topic: int | None = None, is_forum: bool = False
) -> str:
    async def work(tx: Transaction) -> str:
        talk = await talk_of(shop, tx, who, topic=topic, is_forum=is_forum)
        return await Governing("easel_bot", load_plans(None)).press(talk, Press(Act.GROUP, how=how))

    return await shop.store.write(work)


async def keys_said(shop: Shop) -> list[str]:
    """Of the lines of what was said last."""
    rows = await shop.store.all("outbox_of_chat", chat_id=GROUP)
    last = max(rows, key=lambda row: row["outbox_id"])
    return [each["key"] for each in json.loads(last["payload"])["lines"]]


async def test_each_choice_is_kept_and_leaves_the_others_as_they_are(shop: Shop) -> None:
    await seen(shop)
    for how in (
        "users=admins",
        "pressers=asker",
        "payer=group",
        "cap=5000",
        "ask=1000",
        "quiet=on",
        "language=en",
    ):
        assert "settings.saved" == await press(shop, how)
    assert GroupRules(
        Users.ADMINS, Pressers.ASKER, Payer.GROUP, 5_000, 1_000, is_quiet=True
    ) == await rules_of(shop.store, GROUP)
    assert "en" == await language_for(shop.store, BEN, GROUP, default="vi")


async def test_a_choice_is_taken_back(shop: Shop) -> None:
    await seen(shop)
    for how in ("cap=5000", "cap=", "ask=500", "ask=", "quiet=on", "quiet=off"):
        await press(shop, how)
    for how in ("language=en", "language="):
        await press(shop, how)
    assert GroupRules() == await rules_of(shop.store, GROUP)
    assert "vi" == await language_for(shop.store, BEN, GROUP, default="en")


@pytest.mark.parametrize(
    "how",
    [
        "users=nobody",
        "users=",
        "pressers=ben",
        "payer=shop",
        "cap=1",
        "cap=-5000",
        "cap=5_000",
        "cap=٥٠٠٠",
        "ask=999999999",
        "ask=never",
        "language=xx",
        "quiet=maybe",
        "quiet=",
        "topics=5",
        "allow=5",
        "allow=",
        "leave=5",
        "is_quiet=1",
        "=",
        "secrets=all",
    ],
)
async def test_a_forged_choice_changes_nothing(shop: Shop, how: str) -> None:
    await seen(shop)
    assert "settings.gone" == await press(shop, how)
    assert GroupRules() == await rules_of(shop.store, GROUP)
    assert "vi" == await language_for(shop.store, BEN, GROUP, default="vi")


@pytest.mark.parametrize("how", ["", "users", "users=admins", "language=en", "topics=", "allow=0"])
async def test_a_members_press_opens_and_changes_nothing(shop: Shop, how: str) -> None:
    await seen(shop)
    assert "group_rules.only_admins" == await press(shop, how, who=BEN, is_forum=True)
    assert GroupRules() == await rules_of(shop.store, GROUP)
    assert [] == await shop.store.all("outbox_of_chat", chat_id=GROUP)


async def test_where_telegram_named_no_admins_it_is_said_what_to_do(shop: Shop) -> None:
    await seen(shop, is_told=False)
    assert "group_rules.admins_unknown" == await press(shop, "users=admins")


async def test_two_admins_who_press_at_once_lose_nothing(shop: Shop) -> None:
    await seen(shop)
    hows = ("users=admins", "pressers=admins", "payer=group", "cap=2000", "ask=500", "quiet=on")
    said = await asyncio.gather(*(press(shop, how) for how in hows))
    assert ["settings.saved"] * 6 == said
    assert GroupRules(
        Users.ADMINS, Pressers.ADMINS, Payer.GROUP, 2_000, 500, is_quiet=True
    ) == await rules_of(shop.store, GROUP)


async def test_topics_are_allowed_and_taken_out_one_by_one(shop: Shop) -> None:
    await seen(shop)
    for topic, how in ((None, f"allow={GENERAL}"), (5, "allow=5"), (8, "allow=8"), (5, "leave=5")):
        assert "settings.saved" == await press(shop, how, topic=topic, is_forum=True)
    assert (GENERAL, 8) == (await rules_of(shop.store, GROUP)).topics
    assert "settings.saved" == await press(shop, "topics=", topic=8, is_forum=True)
    assert () == (await rules_of(shop.store, GROUP)).topics


async def test_the_last_topic_is_not_taken_out_for_that_would_mean_everywhere(shop: Shop) -> None:
    await seen(shop)
    await press(shop, "allow=5", topic=5, is_forum=True)
    assert "group_rules.topic_is_last" == await press(shop, "leave=5", topic=5, is_forum=True)
    assert (5,) == (await rules_of(shop.store, GROUP)).topics


async def test_only_the_topic_of_the_page_is_allowed_an_old_page_comes_anew_in_its_own(
    shop: Shop,
) -> None:
    await seen(shop)
    assert "group_rules.page_anew" == await press(shop, "allow=5", is_forum=True)
    assert GroupRules() == await rules_of(shop.store, GROUP)
    [row] = await shop.store.all("outbox_of_chat", chat_id=GROUP)
    assert 5 == row["thread_id"]
    assert ["group_rules.about_topics"] == await keys_said(shop)


async def test_topics_switched_off_since_are_still_lifted(shop: Shop) -> None:
    await seen(shop)
    await shop.store.write(lambda tx: set_rules(tx, GROUP, GroupRules(topics=(5,))))
    await press(shop, "")
    assert "group_rules.topics_are_others" in await keys_said(shop)
    assert "settings.saved" == await press(shop, "topics=")
    assert GroupRules() == await rules_of(shop.store, GROUP)


async def test_nobody_changes_a_group_from_a_private_chat(shop: Shop) -> None:
    async def work(tx: Transaction) -> str:
        talk = Talk(tx, Speaker(AN, "An", "vi"), Place(ChatId(AN), None, None), True, "vi", 0)
        return await Governing("easel_bot", load_plans(None)).press(
            talk, Press(Act.GROUP, how="users=admins")
        )

    assert "settings.gone" == await shop.store.write(work)


async def test_what_is_set_holds_in_that_group_alone(shop: Shop) -> None:
    await seen(shop)
    await press(shop, "quiet=on")
    assert GroupRules() == await rules_of(shop.store, ChatId(-1002))
    assert GroupRules() == await rules_of(shop.store, ChatId(AN))


def test_what_an_anonymous_admin_chose_before_is_the_groups_language_now() -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        for version, script in _migrations():
            if version == GROUPS:
                database.execute(
                    "INSERT INTO user (user_id, first_name, language, created_at)"
                    " VALUES (-1001, 'Nhóm', 'en', 0), (1, 'An', 'en', 0)"
                )
                database.execute(
                    "INSERT INTO chat (chat_id, kind, title, created_at)"
                    " VALUES (-1001, 'group', 'Nhóm', 0), (1, 'private', 'An', 0)"
                )
            database.executescript(script)
        chats = database.execute("SELECT chat_id, language FROM chat").fetchall()
        users = database.execute("SELECT user_id, language FROM user").fetchall()
    assert {-1001: "en", 1: None} == dict(chats)
    assert {-1001: None, 1: "en"} == dict(users)


async def test_one_who_is_an_admin_no_more_may_not_press(shop: Shop) -> None:
    await seen(shop)
    await shop.store.write(lambda tx: tx.run("chat_admins_forget", chat_id=GROUP))
    assert "group_rules.only_admins" == await press(shop, "quiet=on")
