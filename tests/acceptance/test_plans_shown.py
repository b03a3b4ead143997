"""`/plans`: what there is to have and what it costs, side by side, on a phone."""

from pathlib import Path

import pytest
from story import Message, Person, Story, labels, words
from telling import forge, press, said_to
from town_rules import ruled_story

from bot import app
from bot.jobs.rules import GroupRules, Payer, set_rules
from bot.model import ChatId, UserId
from bot.money.ledger import Act, EntryKind
from bot.money.plan_file import load_plans
from bot.money.topups import pay_in
from bot.store.sqlite import open_store

BY_HAND = """
[prices]
image = 100
[plans.free]
free_images_per_day = 4
[plans.friends]
threads = "unlimited"
free_images_per_day = "unlimited"
"""
MANY = BY_HAND + "".join(f"[plans.plan_{n}]\nmin_topup = {n}_000\n" for n in range(1, 6))


async def shown(person: Person, text: str = "/plans", *, chat: int | None = None) -> Message:
    return await person.answer_to(person.say(text, chat=chat), chat=chat)


async def buys(story: Story, wallet: int, plan: str) -> None:
    plans = load_plans(None)
    act = Act(f"bought:{wallet}", "operator", "by hand", app.wall_clock())
    async with open_store(story.data_dir / app.DATABASE_NAME) as store:
        await store.write(
            lambda tx: pay_in(
                tx,
                plans,
                UserId(wallet),
                EntryKind.GRANT,
                5_000_000,
                act,
                plan=plans.plans[plan],
            )
        )


async def test_every_plan_is_told_in_a_few_lines_with_ones_own_marked(story: Story) -> None:
    told = await shown(story.person("An"))
    assert words(told).split("\n\n") == [
        (
            "📋 Các gói và giá\n"
            "1 ảnh: 100 ₫, lưới 4 ảnh: 400 ₫\n"
            "Ảnh 2K–4K, phóng to: 150 ₫\n"
            "Turbo: 200 ₫ một ảnh, lưới 4 ảnh: 800 ₫\n"
            "Video: ngoài lượt miễn phí, hỏi giá @your_shop"
        ),
        "✅ Miễn phí (gói của bạn)\nMiễn phí mỗi ngày: 40 ảnh · 2 video\nCùng lúc: 1 yêu cầu",
        "Trả trước\nNạp từ 50.000 ₫, không hết hạn\nKhông có lượt miễn phí mỗi ngày\nCùng lúc: 3 yêu cầu",
        (
            "Theo tháng\n"
            "5.000.000 ₫ vào số dư cho 30 ngày, sau đó phần còn lại hết hạn\n"
            "Dừng sớm (nhắn @your_shop) được hoàn 70% phần còn lại\n"
            "Không có lượt miễn phí mỗi ngày\n"
            "Tối đa 3.000 ảnh mỗi ngày\n"
            "Cùng lúc: 3 yêu cầu"
        ),
        "Không giới hạn\n5.000.000 ₫ vào số dư, dùng đến khi hết\nKhông có lượt miễn phí mỗi ngày\nCùng lúc: 3 yêu cầu",
        (
            "Turbo\n"
            "Nạp từ 5.000.000 ₫, không hết hạn\n"
            "Mua qua @your_shop\n"
            "Không có lượt miễn phí mỗi ngày\n"
            "Cùng lúc: 6 yêu cầu\n"
            "⚡ Được ưu tiên làm trước\n"
            "1 ảnh: 200 ₫, lưới 4 ảnh: 800 ₫\n"
            "Ảnh 2K–4K, phóng to: 200 ₫"
        ),
    ]
    assert [["⭐ Nạp tiền, mua gói"]] == labels(told)


async def test_the_same_is_told_in_english(story: Story) -> None:
    told = words(await shown(story.person("Ben", "en"))).split("\n\n")
    assert told[0] == (
        "📋 Plans and prices\n"
        "1 picture: ₫100, a grid of 4: ₫400\n"
        "A picture in 2K–4K, an upscale: ₫150\n"
        "Turbo: ₫200 a picture, a grid of 4: ₫800\n"
        "Videos beyond the free ones: ask @your_shop for a price"
    )
    assert told[1] == (
        "✅ Free (your plan)\nFree every day: 40 pictures · 2 videos\nAt once: 1 request"
    )
    assert told[3] == (
        "Monthly\n"
        "₫5,000,000 of balance for 30 days, then the rest expires\n"
        "Ended early (write to @your_shop), 70% of what is left is paid back\n"
        "Free every day: none\n"
        "At most 3,000 pictures a day\n"
        "At once: 3 requests"
    )


async def test_a_bought_plan_is_marked_from_then_on(story: Story) -> None:
    an = story.person("An")
    await shown(an)
    await buys(story, an.user_id, "monthly")
    told = words(await shown(an))
    assert "✅ Theo tháng (gói của bạn)" in told
    assert 1 == told.count("gói của bạn")


async def test_without_stars_the_shop_is_asked_and_nothing_is_bought_here(tmp_path: Path) -> None:
    async with ruled_story(tmp_path, BY_HAND + "[shop]\ncontact = '@shop <3'\n") as story:
        told = await shown(story.person("An"))
        assert [] == labels(told)
        assert words(told).split("\n\n")[2:] == [
            (
                "Friends\n"
                "Do shop mở, hỏi @shop <3\n"
                "Miễn phí mỗi ngày: ảnh không giới hạn\n"
                "Cùng lúc: không giới hạn yêu cầu"
            ),
            "Muốn nạp tiền hay đổi gói, bạn nhắn @shop <3 nhé.",
        ]
        # What has no price is sold by the shop.
        assert "Turbo: ngoài lượt miễn phí, hỏi giá @shop <3" in words(told)


async def test_where_nobody_is_named_the_shop_is_spoken_of_as_such(tmp_path: Path) -> None:
    async with ruled_story(tmp_path, BY_HAND) as story:
        told = await said_to(story.person("An"), "/plans")
        assert "bạn nhắn shop nhé" in told
        assert "Video: ngoài lượt miễn phí, hỏi giá shop" in told


async def test_only_what_somebody_here_makes_has_a_price(tmp_path: Path) -> None:
    async with ruled_story(tmp_path, without="apiframe") as story:
        told = await said_to(story.person("An"), "/plans")
        assert told.split("\n\n")[0] == (
            "📋 Các gói và giá\n"
            "1 ảnh: 100 ₫\n"
            "Ảnh 2K–4K, phóng to: 150 ₫\n"
            "Video: ngoài lượt miễn phí, hỏi giá @your_shop"
        )


async def test_many_plans_come_in_pages_turned_in_place(tmp_path: Path) -> None:
    async with ruled_story(tmp_path, MANY) as story:
        an = story.person("An")
        told = await shown(an)
        assert "Plan 2" in words(told)
        assert "Plan 3" not in words(told)
        assert [["Gói tiếp ▶"]] == labels(told)
        await press(an, told, "Gói tiếp")
        second = await an.sees("Plan 5")
        assert told["message_id"] == second["message_id"]
        assert [["◀ Gói trước"]] == labels(second)
        assert "Miễn phí (gói của bạn)" not in words(second)
        await press(an, second, "◀ Gói trước")
        await an.sees("Miễn phí (gói của bạn)")


@pytest.mark.parametrize("how", ["9", "-1", "¹", "x"])
async def test_a_page_there_is_not_is_the_first(tmp_path: Path, how: str) -> None:
    async with ruled_story(tmp_path, MANY) as story:
        an = story.person("An")
        told = await shown(an)
        assert "" == await forge(an, told, f"P:::{how}")
        await an.sees("Miễn phí (gói của bạn)", after=told)


async def test_in_a_group_it_is_short_and_nobodys_plan_is_told(story: Story) -> None:
    an, binh = story.person("An"), story.person("Bình")
    group = story.group("Nhóm vẽ", an, binh)
    await buys(story, an.user_id, "monthly")
    told = await shown(an, "/plans@easel_bot", chat=group)
    assert "✅" not in words(told)
    assert "Cùng lúc" not in words(told)
    assert "Trả trước\nNạp từ 50.000 ₫, không hết hạn\n\nTheo tháng" in words(told)
    assert "Miễn phí\nMiễn phí mỗi ngày: 40 ảnh · 2 video\n\nTrả trước" in words(told)
    assert "Không giới hạn\n5.000.000 ₫ vào số dư, dùng đến khi hết\n\n" in words(told)
    assert [["📋 Xem đủ trong chat riêng"]] == labels(told)
    assert "Theo tháng (gói của bạn)" in await said_to(an, "/start plans")


async def test_where_the_group_pays_its_own_plan_is_marked_and_its_wallet_can_be_filled(
    story: Story,
) -> None:
    an = story.person("An")
    group = story.group("Nhóm vẽ", an)
    await shown(an, "/plans@easel_bot", chat=group)
    async with open_store(story.data_dir / app.DATABASE_NAME) as store:
        rules = GroupRules(payer=Payer.GROUP)
        await store.write(lambda tx: set_rules(tx, ChatId(group), rules))
    await buys(story, group, "turbo")
    told = await shown(an, "/plans@easel_bot", chat=group)
    assert "✅ Turbo (gói của nhóm)" in words(told)
    assert "Miễn phí\nVí của nhóm trả từng yêu cầu, không có lượt miễn phí\n\n" in words(told)
    assert "5.000.000 ₫ vào số dư, dùng đến khi hết\nMua qua @your_shop\n\n" in words(told)
    assert "Trả trước\nNạp từ 50.000 ₫, không hết hạn\n\n" in words(told)
    assert [["⭐ Nạp tiền, mua gói"], ["📋 Xem đủ trong chat riêng"]] == labels(told)
