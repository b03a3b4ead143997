"""What is dear in a group that pays is made when an admin says yes, and then once."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from beside import handled, rows
from clubs import DRAW, PAYS, Club, built_club
from samples import picture
from story import is_media, labels
from story import words as said
from telling import answers, forge, later, next_result, press, until

from bot.jobs.rules import GroupRules, Payer, Pressers, Users
from bot.money import ledger

ASKS = GroupRules(payer=Payer.GROUP, ask_above_vnd=399)


@pytest.fixture
async def club(tmp_path: Path) -> AsyncIterator[Club]:
    async with built_club(tmp_path) as club:
        yield club


async def test_what_is_dear_is_asked_about_and_made_when_an_admin_taps(club: Club) -> None:
    async with club.opened():
        await club.decides(ASKS)
        await club.grant(1_000)
        asked = club.an.say(f"{DRAW} a lake", chat=club.group)
        question = await club.an.answer_to(asked, chat=club.group)
        assert (
            "🙋 An wants 4 pictures: a lake\n"
            "It takes ₫400 from the group’s wallet; a tap by an admin of the group approves it."
        ) == said(question)
        assert [["✅ Approve · ₫400", "✖ No"]] == labels(question)
        assert "Only an admin of this group can approve it." == await press(club.an, question, "✅")
        assert "Chỉ quản trị viên của nhóm mới duyệt được." == await press(club.chi, question, "✅")
        assert "Chỉ quản trị viên của nhóm mới duyệt được." == await press(club.chi, question, "✖")
        assert ledger.Wallet(1_000, 0) == await club.wallet()
        assert "Đã nhận!" == await press(club.binh, question, "✅")
        decided = await club.reads(question, "✅ Approved by Bình: ₫400 from the group’s wallet.")
        assert [] == labels(decided)
        result = await club.an.result_of(asked, chat=club.group)
        assert "the group paid ₫400" in said(result)
        assert ledger.Wallet(600, 0) == await club.wallet()


async def test_an_admin_and_what_is_cheap_are_not_asked_about(club: Club) -> None:
    async with club.opened():
        await club.decides(GroupRules(payer=Payer.GROUP, ask_above_vnd=400))
        await club.grant(1_000)
        await club.an.result_of(club.an.say(f"{DRAW} a lake", chat=club.group), chat=club.group)
        await club.decides(ASKS)
        asked = club.binh.say(f"{DRAW} hồ sen", chat=club.group)
        await club.binh.result_of(asked, chat=club.group)
        assert ledger.Wallet(200, 0) == await club.wallet()


async def test_a_yes_tapped_twice_and_by_two_admins_is_one_order(club: Club) -> None:
    async with club.opened():
        await club.decides(ASKS)
        await club.grant(5_000)
        club.story.world.chats.rooms[club.group].members[club.chi.user_id] = "administrator"
        asked = club.an.say(f"{DRAW} a lake", chat=club.group)
        question = await club.an.answer_to(asked, chat=club.group)
        for person in (club.binh, club.binh, club.chi):
            person.press(question, "✅")
        await club.an.result_of(asked, chat=club.group)
        data = question["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        assert "Việc này đã được quyết định rồi." == await forge(club.chi, question, data)
        assert 1 == club.orders()
        assert ledger.Wallet(4_600, 0) == await club.wallet()


async def test_who_asked_may_take_it_back_and_an_admin_may_decline(club: Club) -> None:
    async with club.opened():
        await club.decides(ASKS)
        await club.grant(1_000)
        mine = await club.asked_by(club.an)
        assert "Nothing was charged." == await press(club.an, mine, "✖")
        await club.reads(mine, "✖ Taken back. Nothing was charged.")
        his = await club.asked_by(club.chi, f"{DRAW} hồ sen")
        assert [["✅ Duyệt · 400 ₫", "✖ Thôi"]] == labels(his)
        await press(club.binh, his, "✖")
        await club.reads(his, "✖ Bình không duyệt. Chưa ai bị tính phí.")
        assert not club.orders()


async def test_who_asked_was_made_an_admin_and_approves_and_the_message_says_so(
    club: Club,
) -> None:
    async with club.opened():
        await club.decides(ASKS)
        await club.grant(1_000)
        asked = club.an.say(f"{DRAW} a lake", chat=club.group)
        question = await club.an.answer_to(asked, chat=club.group)
        club.story.world.chats.rooms[club.group].members[club.an.user_id] = "administrator"
        with later(11):  # what Telegram said of the admins is asked anew
            assert "Got it!" == await press(club.an, question, "✅")
            await club.reads(question, "✅ Approved by An: ₫400 from the group’s wallet.")
            await club.an.result_of(asked, chat=club.group)
        assert ledger.Wallet(600, 0) == await club.wallet()


async def test_a_button_that_is_dear_is_asked_about_once_however_often_it_is_tapped(
    club: Club,
) -> None:
    async with club.opened():
        await club.decides(ASKS)
        await club.grant(1_000)
        asked = club.binh.say(f"{DRAW} hồ sen", chat=club.group)
        grid = await club.binh.result_of(asked, chat=club.group)
        heard = [await press(club.an, grid, "V2") for _ in range(2)]
        assert ["Got it!", "Already on it"] == heard
        question = await club.an.sees("🙋 An wants 4 pictures: hồ sen", chat=club.group)
        assert "Variations of picture 2 from" in said(question)
        await press(club.binh, question, "✅")
        result = await next_result(club.an, grid, after=question, chat=club.group)
        assert is_media(result)
        assert ledger.Wallet(200, 0) == await club.wallet()


async def test_a_request_with_a_picture_is_asked_about_too(club: Club) -> None:
    async with club.opened():
        await club.decides(GroupRules(payer=Payer.GROUP, ask_above_vnd=99))
        await club.grant(1_000)
        [photo] = club.story.world.send_files(
            club.an.user_id,
            club.group,
            [("lake.jpg", picture(640, 480))],
            caption=f"{DRAW} in oil --with flow",
        )
        question = await club.an.answer_to(photo, chat=club.group)
        assert "🙋 An wants 1 picture: in oil" in said(question)
        await press(club.binh, question, "✅")
        await club.an.result_of(photo, chat=club.group)
        assert ledger.Wallet(900, 0) == await club.wallet()


async def test_several_that_are_dear_together_need_an_admins_tap(club: Club) -> None:
    async with club.opened():
        await club.decides(GroupRules(payer=Payer.GROUP, ask_above_vnd=400))
        await club.grant(2_000)
        asked = club.an.say(f"{DRAW}\na lake\na hill", chat=club.group)
        question = await club.an.answer_to(asked, chat=club.group)
        assert "In all, from the group’s wallet: ₫800" in said(question)
        assert "At this price an admin of the group has to tap." in said(question)
        assert "Only an admin of this group can approve it." == await press(club.an, question, "✅")
        assert ledger.Wallet(2_000, 0) == await club.wallet()
        data = question["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        home = await club.an.answer_to(club.an.say("/jobs"))
        assert "Only an admin of this group can approve it." == await forge(club.an, home, data)
        assert "Đã nhận!" == await press(club.binh, question, "✅")
        await club.reads(question, "Cost: ₫800")
        shown = [m for m in club.an.from_bot(club.group) if is_media(m) and answers(m, asked)]
        assert len(shown) >= 2
        assert ledger.Wallet(1_200, 0) == await club.wallet()


async def test_a_price_that_rose_meanwhile_is_asked_about_again(club: Club) -> None:
    async with club.opened():
        await club.decides(ASKS)
        await club.grant(1_000)
        question = await club.asked_by(club.an)
    async with club.opened(image=150):
        assert "Giá đã thay đổi, bạn xem tin nhắn nhé." == await press(club.binh, question, "✅")
        dearer = await club.reads(question, "It takes ₫600")
        assert "✅ Approve · ₫600" == labels(dearer)[0][0]
        assert "Đã nhận!" == await press(club.binh, question, "✅")
        await club.reads(question, "✅ Approved by Bình: ₫600")
        await club.an.sees(is_media, chat=club.group)
        assert ledger.Wallet(400, 0) == await club.wallet()


async def test_a_yes_the_wallet_cannot_pay_for_says_so_and_works_after_a_top_up(club: Club) -> None:
    async with club.opened():
        await club.decides(ASKS)
        await club.grant(500)
        first, second = await club.asked_by(club.an), await club.asked_by(club.chi)
        assert "Đã nhận!" == await press(club.binh, first, "✅")
        assert "Bạn xem tin nhắn mình vừa gửi nhé." == await press(club.binh, second, "✅")
        told = await club.binh.answer_to(second, chat=club.group)
        assert "ví của nhóm chỉ còn 100 ₫" in said(told)
        await club.grant(400)
        assert "Đã nhận!" == await press(club.binh, second, "✅")
        await club.reads(second, "Bình")


async def test_once_members_pay_a_yes_takes_nothing_from_anybody(club: Club) -> None:
    async with club.opened():
        await club.decides(ASKS)
        await club.grant(1_000)
        question = await club.asked_by(club.an)
        await club.decides(GroupRules())
        assert "Giờ mỗi người tự trả ở đây. Bạn gửi lại yêu cầu nhé." == await press(
            club.binh, question, "✅"
        )
        await club.reads(question, "Declined by Bình")
        assert not club.orders()


@pytest.mark.parametrize(
    "rules",
    [
        GroupRules(pressers=Pressers.ASKER),
        GroupRules(payer=Payer.GROUP, pressers=Pressers.ADMINS),
        GroupRules(users=Users.ADMINS),
        GroupRules(payer=Payer.GROUP, cap_vnd=1),
        ASKS,
        GroupRules(),
    ],
)
async def test_questions_open_while_the_rules_change_are_answered_by_the_new_rules(
    club: Club, rules: GroupRules
) -> None:
    async with club.opened():
        await club.grant(5_000)
        asked = club.binh.say(f"{DRAW} hồ sen", chat=club.group)
        grid = await club.binh.result_of(asked, chat=club.group)
        await club.decides(PAYS)
        await press(club.an, grid, "V2")  # which said that it was free
        price = await club.an.sees("₫400", chat=club.group)
        which = await club.an.answer_to(
            club.an.say("/vary@easel_bot", chat=club.group, to=grid), chat=club.group
        )
        for_words = await club.an.answer_to(
            club.an.say(f"{DRAW} in oil --with flow", chat=club.group, to=grid), chat=club.group
        )
        await club.decides(rules)
        for question in (price, which, for_words):
            assert await press(club.an, question, labels(question)[0][0])
        await until(lambda: not rows(club.story, "SELECT 1 FROM draft WHERE due_at IS NOT NULL"))
        await handled(club.story)
        assert [] == rows(club.story, "SELECT error FROM inbox WHERE state = 'failed'")
        assert [] == rows(club.story, "SELECT error FROM outbox WHERE state = 'dropped'")


async def test_a_wish_nobody_can_make_any_more_is_not_begun_by_a_yes(club: Club) -> None:
    async with club.opened():
        await club.decides(GroupRules(payer=Payer.GROUP, ask_above_vnd=0))
        await club.grant(1_000)
        question = await club.asked_by(club.an, f"{DRAW} a lake --with flow")
    club.keys = {"FLOW_API_KEY": "", "FLOW_URL": ""}
    async with club.opened():
        assert "Bạn xem tin nhắn mình vừa gửi nhé." == await press(club.binh, question, "✅")
        told = await club.binh.answer_to(question, chat=club.group)
        assert "Flow AI" in said(told)
        assert ledger.Wallet(1_000, 0) == await club.wallet()


async def test_a_move_that_is_dear_is_asked_about_and_moves_the_same_request(club: Club) -> None:
    async with club.opened():
        await club.decides(GroupRules(payer=Payer.GROUP, ask_above_vnd=100))
        await club.grant(1_000)
        club.story.town.flow.fail_next("/text-to-image", status=402)
        asked = club.an.say(f"{DRAW} a lake --with flow", chat=club.group)
        failed = await club.an.sees(
            lambda m: any("₫400" in label for row in labels(m) for label in row), chat=club.group
        )
        assert "Got it!" == await press(club.an, failed, "🔀")
        question = await club.an.sees("🙋 An wants", chat=club.group)
        assert "Đã nhận!" == await press(club.binh, question, "✅")
        result = await club.an.result_of(asked, chat=club.group)
        assert "the group paid ₫400" in said(result)
        assert 1 == club.orders()


async def test_a_made_up_yes_from_elsewhere_does_nothing(club: Club) -> None:
    async with club.opened():
        await club.decides(ASKS)
        await club.grant(1_000)
        question = await club.asked_by(club.an)
        data = question["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        home = await club.binh.answer_to(club.binh.say("/jobs"))
        assert "Nút này không dành cho bạn." == await forge(club.binh, home, data)
        assert "Câu hỏi này đã quá cũ. Bạn gửi lại yêu cầu nhé." == await forge(
            club.binh, question, "a:::99-yes:400"
        )
        assert not club.orders()
