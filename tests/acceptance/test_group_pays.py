"""The group pays: its wallet, a member's limit, and what an admin has to agree to."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from beside import handled, rows
from samples import picture
from story import (
    Message,
    Person,
    Story,
    code_in,
    is_media,
    labels,
    living_bot,
    served_town,
    settings_for,
)
from story import words as said
from telling import answers, forge, later, next_result, press, until

from bot import app
from bot.app import DATABASE_NAME
from bot.jobs.rules import GroupRules, Payer, Pressers, Users, set_rules
from bot.model import ChatId, UserId
from bot.money import ledger
from bot.money.auditing import verify
from bot.store.sqlite import open_store

PLANS = """
[prices]
image = {image}
image_hd = 150
[shop]
contact = "@shop"
[plans.free]
free_images_per_day = 40
free_videos_per_day = 2
threads = 20
"""
DRAW = "/img@easel_bot"
PAYS = GroupRules(payer=Payer.GROUP)
ASKS = GroupRules(payer=Payer.GROUP, ask_above_vnd=399)


@dataclass
class Club:
    """A group of three whose admin is Bình, and the operator's hand beside the running bot."""

    story: Story
    plans: Path
    binh: Person
    an: Person
    chi: Person
    group: int
    keys: dict[str, str] = field(default_factory=dict)
    """The operator's, where they are not the usual ones."""

    @contextlib.asynccontextmanager
    async def opened(self, *, image: int = 100) -> AsyncIterator[None]:
        self.plans.write_text(PLANS.format(image=image))
        town, folder = self.story.town, self.story.data_dir
        async with living_bot(
            settings_for(town, folder, BOT_PLANS_FILE=str(self.plans), **self.keys)
        ):
            yield

    async def decides(self, rules: GroupRules) -> None:
        async with open_store(self.story.data_dir / DATABASE_NAME) as store:
            await store.write(lambda tx: set_rules(tx, ChatId(self.group), rules))

    async def grant(self, amount_vnd: int) -> None:
        async with open_store(self.story.data_dir / DATABASE_NAME) as store:
            key = f"grant:{amount_vnd}"
            await store.write(
                lambda tx: ledger.enter(
                    tx,
                    UserId(self.group),
                    ledger.EntryKind.GRANT,
                    amount_vnd,
                    ledger.Act(key, "operator", "", app.wall_clock()),
                )
            )

    async def wallet(self) -> ledger.Wallet:
        async with open_store(self.story.data_dir / DATABASE_NAME) as store:
            assert [] == await verify(store)
            return await ledger.read_wallet(store, UserId(self.group))

    async def asked_by(self, person: Person, words: str = f"{DRAW} a lake") -> Message:
        """What a member asked, and the message that asks the admins."""
        return await person.answer_to(person.say(words, chat=self.group), chat=self.group)

    def now(self, message: Message) -> Message:
        return self.story.world.message(self.group, message["message_id"])

    def orders(self) -> int:
        return len(self.story.town.apiframe.tasks)

    async def reads(self, message: Message, wanted: str) -> Message:
        """The same message, once it says so."""
        return await self.an.sees(
            lambda m: m["message_id"] == message["message_id"] and wanted in said(m),
            chat=self.group,
        )


@pytest.fixture
async def club(tmp_path: Path) -> AsyncIterator[Club]:
    async with served_town(tmp_path / "town") as town:
        story = Story(town, tmp_path / "data")
        binh, an, chi = (
            story.person("Bình", "vi"),
            story.person("An", "en"),
            story.person("Chi", "vi"),
        )
        club = Club(
            story, tmp_path / "plans.toml", binh, an, chi, story.group("Nhóm", binh, an, chi)
        )
        yield club
        await club.wallet()


# --- the wallet -------------------------------------------------------------------------------


async def test_the_status_and_the_caption_say_that_the_group_pays_and_the_ledger_does_so(
    club: Club,
) -> None:
    async with club.opened():
        await club.decides(PAYS)
        await club.grant(1_000)
        held = club.story.town.apiframe.hold_next("/imagine")
        asked = club.chi.say(f"{DRAW} hồ sen", chat=club.group)
        status = await club.chi.answer_to(asked, chat=club.group)
        assert "Nhóm trả 400 ₫" in said(status)
        assert ledger.Wallet(600, 400) == await club.wallet()
        held.release()
        result = await club.chi.result_of(asked, chat=club.group)
        assert "nhóm trả 400 ₫" in said(result)
        assert "V1 · 400 ₫" == labels(result)[1][0]
        assert ledger.Wallet(600, 0) == await club.wallet()
        free = said(await club.chi.answer_to(club.chi.say("/quota")))
        assert "còn 40/40" in free


async def test_a_press_in_the_group_takes_what_the_button_said_from_the_groups_wallet(
    club: Club,
) -> None:
    async with club.opened():
        await club.decides(PAYS)
        await club.grant(1_000)
        grid = await club.an.result_of(
            club.an.say(f"{DRAW} a lake", chat=club.group), chat=club.group
        )
        assert "the group paid ₫400" in said(grid)
        assert "Đã nhận!" == await press(club.chi, grid, "V1 · ₫400")
        await next_result(club.chi, grid, after=grid, chat=club.group)
        assert ledger.Wallet(200, 0) == await club.wallet()


async def test_a_result_shown_in_the_private_chat_says_what_it_takes_there(club: Club) -> None:
    async with club.opened():
        await club.decides(PAYS)
        await club.grant(1_000)
        asked = club.an.say(f"{DRAW} a lake", chat=club.group)
        grid = await club.an.result_of(asked, chat=club.group)
        at_home = await club.an.result_of(club.an.say(f"/show {code_in(grid)}"))
        assert ["V1", "V2", "V3", "V4"] == labels(at_home)[1]
        await press(club.an, at_home, "V1")
        await next_result(club.an, at_home, after=at_home)
        assert ledger.Wallet(600, 0) == await club.wallet()


@pytest.mark.parametrize(
    ("who", "rules", "granted", "asked", "told"),
    [
        (
            "an",
            PAYS,
            0,
            "/img@easel_bot a lake",
            (
                "This costs ₫400, and the group’s wallet is empty. Nothing was charged.\n"
                "An admin of the group can top it up through @shop, or let everybody pay for themselves in /settings@easel_bot."
            ),
        ),
        (
            "chi",
            PAYS,
            300,
            "/img@easel_bot hồ sen",
            (
                "Giá là 400 ₫ mà ví của nhóm chỉ còn 300 ₫. Chưa ai bị tính phí.\n"
                "Quản trị viên của nhóm có thể nạp thêm qua @shop, hoặc vào /settings@easel_bot để mỗi người tự trả."
            ),
        ),
        (
            "an",
            GroupRules(payer=Payer.GROUP, cap_vnd=300),
            1_000,
            "/img@easel_bot a lake",
            (
                "This costs ₫400, and a member’s limit for today leaves ₫300 of the group’s wallet."
                " Nothing was charged.\n"
                "There is more tomorrow; or an admin of the group raises the limit in /settings@easel_bot."
            ),
        ),
        (
            "chi",
            PAYS,
            1_000,
            "/video@easel_bot sóng biển",
            (
                "Video chưa có giá nên ví của nhóm chưa trả được. Chưa ai bị tính phí.\n"
                "Hãy hỏi giá @shop; hoặc nhờ quản trị viên vào /settings@easel_bot để mỗi người tự trả."
            ),
        ),
    ],
)
async def test_what_the_group_lacks_is_said_with_the_next_step(
    club: Club, who: str, rules: GroupRules, granted: int, asked: str, told: str
) -> None:
    async with club.opened():
        await club.decides(rules)
        if granted:
            await club.grant(granted)
        person: Person = getattr(club, who)
        assert told == said(await club.asked_by(person, asked))
        assert not club.orders()


async def test_quota_in_a_group_that_pays_tells_its_wallet_and_what_is_left_of_it_today(
    club: Club,
) -> None:
    async with club.opened():
        await club.decides(GroupRules(payer=Payer.GROUP, cap_vnd=900, ask_above_vnd=400))
        await club.grant(2_000)
        await club.an.result_of(club.an.say(f"{DRAW} a lake", chat=club.group), chat=club.group)
        told = said(await club.asked_by(club.an, "/quota@easel_bot")).splitlines()
        assert [
            "The group pays here. Its wallet: ₫1,600 (set aside: ₫0)",
            "Of it you may still spend today: ₫500 (limit: ₫900 a day)",
            "Above ₫400 an admin’s tap approves it first.",
        ] == told[:3]
        assert "Free pictures today: 40 of 40 left" in told
        admins = said(await club.asked_by(club.binh, "/quota@easel_bot"))
        assert "bấm duyệt" not in admins
        assert "group" not in said(await club.an.answer_to(club.an.say("/quota")))


# --- an admin's yes ---------------------------------------------------------------------------


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
