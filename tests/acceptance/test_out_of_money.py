"""Who runs out of money reads how to get more, wherever they asked, and has a button for it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from ruling import rule
from story import Message, Story, labels, words
from telling import press
from town_rules import CHEAP, ruled_story

from bot.jobs.rules import GroupRules, Payer

STARS = """
[stars]
vnd_per_star = 330
packs = [200]
"""
SOLD = """
[plans.prepaid]
min_topup = 50_000
[plans.weekly]
price = 300_000
days = 7
max_images_per_day = 3_000
"""


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Story]:
    """Nothing is free, a picture costs 100 đồng, and Stars are taken."""
    async with ruled_story(tmp_path, CHEAP + "free_images_per_day = 3\n" + STARS) as story:
        yield story


def address(message: Message) -> str:
    return str(message["reply_markup"]["inline_keyboard"][0][0]["url"])


@pytest.mark.parametrize(
    ("language", "told", "label", "sold"),
    [
        (
            "vi",
            (
                "Gõ /buy để nạp thêm bằng Sao Telegram, nhắn @shop để trả cách khác, "
                "hoặc quay lại vào ngày mai để có lượt miễn phí mới."
            ),
            "⭐ Nạp thêm",
            "Chọn số Sao",
        ),
        (
            "en",
            (
                "Type /buy to top up with Telegram Stars, write to @shop to pay another way, "
                "or come back tomorrow when your free ones are there again."
            ),
            "⭐ Buy",
            "Choose how many Stars",
        ),
    ],
)
async def test_who_has_no_money_left_is_shown_to_the_till(
    shop: Story, language: str, told: str, label: str, sold: str
) -> None:
    an = shop.person("An", language)
    refused = await an.answer_to(an.say("/img a cat"))
    assert told == words(refused).splitlines()[-1]
    assert [[label]] == labels(refused)
    await press(an, refused, label)
    await an.sees(sold)


async def test_a_list_that_is_too_dear_leads_there_as_well(shop: Story) -> None:
    an = shop.person("An", "en")
    refused = await an.answer_to(an.say("/img\na cat\na dog"))
    assert "Type /buy" in words(refused)
    assert [["⭐ Buy"]] == labels(refused)


@pytest.mark.parametrize(
    ("language", "told", "label"),
    [
        ("vi", "mở /buy và nạp thêm trong chat riêng với mình, nhắn @shop", "trong chat riêng"),
        ("en", "open /buy and top up in your private chat with me, write to @shop", "in private"),
    ],
)
async def test_in_a_group_whose_members_pay_the_button_opens_ones_own_chat(
    shop: Story, language: str, told: str, label: str
) -> None:
    an = shop.person("An", language)
    group = shop.group("Nhóm vẽ", an)
    refused = await an.answer_to(an.say("/img@easel_bot a cat", chat=group), chat=group)
    assert told in words(refused)
    assert label in labels(refused)[0][0]
    assert "https://t.me/easel_bot?start=buy" == address(refused)


@pytest.mark.parametrize(
    ("language", "empty", "told", "label", "sold"),
    [
        (
            "vi",
            "Giá là 400 ₫ mà ví của nhóm đang trống. Chưa ai bị tính phí.",
            (
                "Ai trong nhóm cũng nạp được bằng /buy@easel_bot, mã voucher "
                "(/voucher@easel_bot MÃ) hay qua @shop"
            ),
            "⭐ Nạp thêm",
            "Ví của nhóm này",
        ),
        (
            "en",
            "This costs ₫400, and the group’s wallet is empty. Nothing was charged.",
            (
                "Anybody here can top it up with /buy@easel_bot, a voucher "
                "(/voucher@easel_bot CODE) or through @shop"
            ),
            "⭐ Buy",
            "This group's wallet",
        ),
    ],
)
async def test_where_the_group_pays_anybody_is_told_how_to_fill_its_wallet(
    shop: Story, language: str, empty: str, told: str, label: str, sold: str
) -> None:
    an = shop.person("An", language)
    group = shop.group("Nhóm vẽ", an)
    await an.answer_to(an.say("/quota@easel_bot", chat=group), chat=group)
    await rule(shop, group, GroupRules(payer=Payer.GROUP))
    refused = await an.answer_to(an.say("/img@easel_bot a cat", chat=group), chat=group)
    first, then = words(refused).splitlines()
    assert empty == first
    assert then.startswith(told)
    assert [[label]] == labels(refused)
    await press(an, refused, label)
    await an.sees(sold, chat=group)


async def test_without_stars_it_is_the_shop_alone_that_is_named(tmp_path: Path) -> None:
    async with ruled_story(tmp_path, CHEAP) as story:
        an = story.person("An", "en")
        refused = await an.answer_to(an.say("/img a cat"))
        assert "Top up with @shop." == words(refused).splitlines()[-1]
        assert [] == labels(refused)


@pytest.mark.parametrize(
    ("language", "entered", "free", "lost", "stays"),
    [
        (
            "vi",
            "Nạp là có luôn gói Prepaid.",
            (
                "Mỗi ngày bạn đang có 3 ảnh miễn phí; "
                "lấy một gói dưới đây là không còn phần này nữa."
            ),
            "Gói này không có lượt miễn phí mỗi ngày.",
            (
                "300.000 ₫ cho bạn dùng trong 7 ngày, giá 910 Sao. Phần còn lại của 300.000 ₫ "
                "hết hạn khi gói kết thúc. Thêm 300 ₫ không hết hạn. Tối đa 3.000 ảnh mỗi ngày. "
                "Gói này không có lượt miễn phí mỗi ngày."
            ),
        ),
        (
            "en",
            "Paying in begins the plan Prepaid.",
            "You have 3 pictures free every day now; with a plan below you have them no more.",
            "This plan has nothing free every day.",
            (
                "₫300,000 for you to use within 7 days, for 910 Stars. What is left of the ₫300,000 "
                "then lapses. Another ₫300 never lapses. At most 3,000 pictures a day. "
                "This plan has nothing free every day."
            ),
        ),
    ],
)
async def test_what_paying_takes_away_and_leaves_is_said_before_it_is_paid(
    tmp_path: Path, language: str, entered: str, free: str, lost: str, stays: str
) -> None:
    async with ruled_story(tmp_path, CHEAP + "free_images_per_day = 3\n" + STARS + SOLD) as story:
        an = story.person("An", language)
        sold = await an.answer_to(an.say("/buy"))
        told = words(sold).splitlines()
        assert [1, 1] == [told.index(free), told.count(free)]
        assert told.index(free) < told.index(entered)
        assert 0 == told.count(lost)
        assert told[-1].endswith(":")
        await press(an, sold, "Weekly")
        invoice = (await an.sees(lambda m: "invoice" in m))["invoice"]
        assert stays == invoice["description"]
        await press(an, sold, "⭐ 200")
        topup = await an.sees(lambda m: m.get("invoice", {}).get("total_amount") == 200)
        assert topup["invoice"]["description"].endswith(lost)


async def test_who_has_nothing_free_to_lose_is_not_told_of_it(tmp_path: Path) -> None:
    async with ruled_story(tmp_path, CHEAP + STARS + SOLD) as story:
        an = story.person("An", "en")
        sold = words(await an.answer_to(an.say("/buy")))
        assert (False, False) == ("nothing free" in sold, "free every day" in sold)


async def test_a_plan_with_fewer_free_ones_says_how_many(tmp_path: Path) -> None:
    fewer = SOLD.replace("[plans.weekly]", "[plans.weekly]\nfree_images_per_day = 2")
    async with ruled_story(tmp_path, CHEAP + "free_images_per_day = 3\n" + STARS + fewer) as story:
        an = story.person("An", "en")
        sold = words(await an.answer_to(an.say("/buy")))
        assert "This plan has only 2 pictures free every day." in sold
        changes = "You have 3 pictures free every day now; a plan below brings its own"
        assert (1, 1) == (sold.count(changes), sold.count("This plan has nothing free every day."))


async def test_a_groups_own_cap_is_told_where_members_pay_for_themselves(tmp_path: Path) -> None:
    limits = "free_images_per_day = 8\n[limits]\ngroup_images_per_day = 5\n"
    async with ruled_story(tmp_path, CHEAP + limits) as story:
        an = story.person("An", "vi")
        group = story.group("Nhóm vẽ", an)
        await an.result_of(an.say("/img@easel_bot mèo", chat=group), chat=group)
        quota = await an.answer_to(an.say("/quota@easel_bot", chat=group), chat=group)
        assert "Ảnh miễn phí hôm nay: còn 4/8" in words(quota)
        assert "Ảnh hôm nay của cả nhóm: còn 1/5" in words(quota)
        own = await an.answer_to(an.say("/quota"))
        assert "cả nhóm" not in words(own)
