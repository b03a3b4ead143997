"""How a group's settings read: what is set is said, and each choice offers what there is."""

import dataclasses

import pytest

from bot.chat.group_pages import ASKS_VND, CAPS_VND, Standing, lines_for_member, page
from bot.chat.talk import Label, Link
from bot.delivery.answers import catalogue_text
from bot.i18n import LANGUAGES, I18n
from bot.jobs.buttons import read_press
from bot.jobs.rules import GENERAL, GroupRules, Payer, Pressers, Users
from bot.model import ChatId

USUAL = Standing(
    rules=GroupRules(),
    language=None,
    balance_vnd=0,
    chat_id=ChatId(-100),
    topic=None,
    contact="@shop",
    has_stars=False,
    own_url="https://t.me/easel_bot?start=settings",
)
CHOICES = ("users", "pressers", "payer", "cap", "ask", "language", "quiet", "topics")


def where(topic: int | None = None, **rules: object) -> Standing:
    """A group with such rules, its page in that topic."""
    changed = dataclasses.replace(GroupRules(), **rules)  # type: ignore[arg-type]
    return dataclasses.replace(USUAL, rules=changed, topic=topic)


def keys(name: str, standing: Standing) -> list[str]:
    lines, _ = page(name, standing)
    return [each["key"] for each in lines]


def offered(name: str, standing: Standing) -> list[tuple[str, bool]]:
    """What each button of a choice means, and whether it is ticked; not the way back."""
    _, rows = page(name, standing)
    labels = [label for row in rows for label in row if isinstance(label, Label)]
    return [(each.press.how, each.is_chosen) for each in labels if each.press.how]


def test_a_group_that_set_nothing_is_open_and_each_pays() -> None:
    assert [
        "group_rules.title",
        "group_rules.users_are_anyone",
        "group_rules.pressers_are_anyone",
        "group_rules.payer_is_member",
        "group_rules.language_is_each",
        "group_rules.quiet_is_off",
        "settings.which",
    ] == keys("", USUAL)
    names = ["users", "pressers", "payer", "language", "quiet"]
    assert names == [how for how, _ in offered("", USUAL)]


def test_what_the_wallet_may_pay_is_asked_only_where_it_pays() -> None:
    rules = where(payer=Payer.GROUP, cap_vnd=5_000, ask_above_vnd=1_000)
    paid = dataclasses.replace(rules, balance_vnd=400)
    assert [
        "group_rules.payer_is_group",
        "group_rules.cap_is",
        "group_rules.ask_is",
        "group_rules.balance_is",
    ] == keys("", paid)[3:7]
    assert {"cap", "ask"} == {how for how, _ in offered("", paid)} - {
        how for how, _ in offered("", USUAL)
    }


def test_an_empty_wallet_that_pays_is_told_at_once_with_who_fills_it() -> None:
    lines, _ = page("", where(payer=Payer.GROUP))
    values = [each["values"] for each in lines if each["key"] == "group_rules.wallet_is_empty"]
    assert [{"contact": "@shop", "group": "-100"}] == values
    assert "group_rules.wallet_is_empty" not in keys("", USUAL)


def test_where_stars_are_taken_the_way_to_fill_the_wallet_is_buy_before_the_shop() -> None:
    with_stars = dataclasses.replace(where(payer=Payer.GROUP), has_stars=True)
    assert "group_rules.wallet_is_empty_buy" in keys("", with_stars)
    assert "group_rules.about_wallet_buy" == keys("payer", with_stars)[-1]
    assert "group_rules.about_wallet" == keys("payer", USUAL)[-1]


def test_the_way_to_ones_own_settings_stands_below_the_first_page_alone() -> None:
    links = {
        name: [each.url for row in page(name, USUAL)[1] for each in row if isinstance(each, Link)]
        for name in ("", "users")
    }
    assert {"": [USUAL.own_url], "users": []} == links


@pytest.mark.parametrize(
    ("name", "standing", "ticked"),
    [
        ("users", where(users=Users.ADMINS), "users=admins"),
        ("pressers", where(pressers=Pressers.ASKER), "pressers=asker"),
        ("payer", where(payer=Payer.GROUP), "payer=group"),
        ("cap", where(), "cap="),
        ("cap", where(cap_vnd=CAPS_VND[0]), f"cap={CAPS_VND[0]}"),
        ("ask", where(), "ask="),
        ("ask", where(ask_above_vnd=ASKS_VND[-1]), f"ask={ASKS_VND[-1]}"),
        ("language", USUAL, "language="),
        ("language", dataclasses.replace(USUAL, language="en"), "language=en"),
        ("quiet", where(is_quiet=True), "quiet=on"),
        ("topics", where(5), "topics="),
        ("topics", where(5, topics=(5,)), "allow=5"),
    ],
)
def test_of_each_choice_what_holds_now_is_ticked(
    name: str, standing: Standing, ticked: str
) -> None:
    assert [ticked] == [how for how, is_chosen in offered(name, standing) if is_chosen]


@pytest.mark.parametrize(
    ("topics", "sentence", "buttons"),
    [
        ((), "group_rules.topics_are_all", ["topics=", "allow=5"]),
        ((5,), "group_rules.topics_are_this", ["topics=", "allow=5"]),
        ((5, 8), "group_rules.topics_are_this_and", ["topics=", "leave=5"]),
        ((GENERAL, 8), "group_rules.topics_are_others", ["topics=", "allow=5"]),
    ],
)
def test_a_topic_is_allowed_or_taken_out_where_the_page_stands(
    topics: tuple[int, ...], sentence: str, buttons: list[str]
) -> None:
    assert sentence in keys("", where(5, topics=topics))
    assert buttons == [how for how, _ in offered("topics", where(5, topics=topics))]


def test_a_group_without_topics_is_not_asked_about_them() -> None:
    assert "topics" not in [how for how, _ in offered("", USUAL)]
    assert keys("", USUAL) == keys("topics", USUAL)


def test_a_choice_there_is_not_is_the_first_page() -> None:
    assert keys("", USUAL) == keys("secrets", USUAL)


def test_a_member_reads_who_may_and_who_pays_and_no_more() -> None:
    standing = where(users=Users.ADMINS, payer=Payer.GROUP, cap_vnd=5_000, is_quiet=True)
    assert [
        "group_rules.title_for_member",
        "group_rules.users_are_admins",
        "group_rules.pressers_are_anyone",
        "group_rules.payer_is_group",
        "group_rules.cap_is",
        "group_rules.ask_is_never",
    ] == [each["key"] for each in lines_for_member(standing)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["", *CHOICES])
def test_every_page_can_be_written_and_every_button_read_again(language: str, name: str) -> None:
    tongue = I18n.load().tongue(language)
    topic = 2**31 - 1
    standing = where(topic, payer=Payer.GROUP, cap_vnd=2_000, ask_above_vnd=500, topics=(1, 2))
    lines, rows = page(name, standing)
    for row in rows:
        for each in row:
            if isinstance(each, Label):
                data = each.press.data()
                assert each.press == read_press(data)
                assert len(data.encode()) <= 64
    assert "{" not in catalogue_text(tongue, {"lines": lines}, None, {}, bot="easel_bot").html


def test_amounts_are_written_as_each_language_writes_money() -> None:
    button = {"key": "group_rules.amount", "word": "", "data": "j:::cap=5000", "amount_vnd": 5_000}
    payload = {"lines": [], "key": "group_rules.title", "buttons": [[button]]}
    written = [
        catalogue_text(I18n.load().tongue(language), payload, None, {}, bot="easel_bot")
        .keyboard[0][0]
        .label
        for language in LANGUAGES
    ]
    assert ["5.000 ₫", "₫5,000"] == written
