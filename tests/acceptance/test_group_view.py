"""What three people and an admin do in a group in five minutes of the demo, at a desk and on a phone.

The desk is light and the phone is dark. With the environment variable SCREENSHOTS each step leaves
a picture in that folder.
"""

import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect
from seat import DESKTOP, Seat, seated

pytestmark = pytest.mark.asyncio(loop_scope="module")

HANDHELD = (390, 844)
GROUP = "Nhóm vẽ"
FORUM = "Xưởng"
DRAW = "/img@easel_bot"
A_MINUTE_MS = 90_000
"""For what waits until a group takes more messages, on a slow machine."""


slowly = pytest.mark.parametrize("demo", ["0.1"], indirect=True, ids=[""])
"""The providers take minutes, so that nothing is made while somebody still looks at it being made."""


class Company:
    """An, Ben and Chi in front of one window, each in turn; nothing they look at is cut off."""

    def __init__(self, seat: Seat, place: str, story: str) -> None:
        self.seat = seat
        self._place = place
        self._story = story
        self._seen = 0

    async def turn_to(self, name: str, chat: str = GROUP) -> Seat:
        await self.seat.become(name)
        await self.seat.open_chat(chat)
        return self.seat

    async def turn_speed(self, times: int) -> None:
        await self.seat.to_list()
        await self.seat.turn_speed(times)

    async def look(self, name: str) -> None:
        self._seen += 1
        wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert 0 == await self.seat.page.evaluate(wider)
        assert [] == await cut_keys(self.seat)
        await self.seat.show(f"{self._place}-{self._story}-{self._seen:02}-{name}")


def window(chromium: Browser, demo: str, place: str) -> AbstractAsyncContextManager[Seat]:
    if place == "phone":
        return seated(chromium, demo, HANDHELD, scheme="dark", is_touch=True)
    return seated(chromium, demo, DESKTOP)


@pytest.fixture(params=["desk", "phone"])
def place(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest_asyncio.fixture(loop_scope="module")
async def company(
    request: pytest.FixtureRequest, place: str, chromium: Browser, demo: str
) -> AsyncIterator[Company]:
    story = "-".join(request.node.name.split("_")[1:4])
    async with window(chromium, demo, place) as seat:
        yield Company(seat, place, story)


async def cut_keys(seat: Seat) -> list[str]:
    """The buttons under messages whose words do not fit on them."""
    cut = "keys => keys.filter(key => key.scrollHeight > key.clientHeight + 1).map(key => key.textContent)"
    return list(await seat.page.locator("#log .key span").evaluate_all(cut))


def image(bubble: Locator) -> Locator:
    return bubble.get_by_test_id("photo").locator("img")


async def becomes_a_picture(bubble: Locator) -> None:
    await expect(image(bubble)).to_be_visible()


def replies_to(seat: Seat, said: str) -> Locator:
    """The bot's messages that quote what was said."""
    quote = seat.page.get_by_test_id("quote").filter(has_text=said)
    return seat.bots.filter(has=quote)


def asked(seat: Seat, said: str) -> Locator:
    """What somebody wrote, whoever looks at it."""
    exactly = re.compile(f"^{re.escape(said)}$")
    return seat.page.locator("#log > .message").filter(
        has=seat.page.locator(".text").filter(has_text=exactly)
    )


def key(bubble: Locator, label: str) -> Locator:
    return bubble.get_by_test_id("button").filter(has_text=label)


async def test_ben_goes_on_from_chis_picture_and_comes_back_to_it_at_another_screen(
    company: Company, place: str, chromium: Browser, demo: str
) -> None:
    seat = await company.turn_to("Chi")
    await company.look("nothing-said")
    chis = await seat.ask(f"{DRAW} thuyền giấy trên sông")
    await becomes_a_picture(chis)
    await company.look("chis-picture")

    await company.turn_to("Ben")
    await expect(chis).to_contain_text("thuyền giấy")
    bens = await seat.press(chis, "V2")
    await expect(bens).to_contain_text("Variations of picture 2")
    await becomes_a_picture(bens)
    await company.look("bens-variations")

    async with window(chromium, demo, "desk" if place == "phone" else "phone") as other:
        later = Company(other, place, "at-another-screen")
        await later.turn_to("Ben")
        larger = await other.reply(replies_to(other, "thuyền giấy").first, "upscale 3")
        await expect(larger).to_contain_text("picture 3")
        await becomes_a_picture(larger)
        await later.look("bens-reply")
        await becomes_a_picture(seat.bots.last)
        await company.look("reply-seen-here")


async def test_an_sets_who_may_press_and_the_language_and_the_others_feel_it(
    company: Company,
) -> None:
    seat = await company.turn_to("Chi")
    chis = await seat.ask(f"{DRAW} mèo trên mái nhà")
    await becomes_a_picture(chis)

    await company.turn_to("An")
    settings = await seat.ask("/settings@easel_bot")
    await expect(settings).to_contain_text("Ai cũng bấm được nút")
    await company.look("settings")
    await seat.turn(settings, "💳", "Từng người")
    await company.look("who-pays")
    await seat.turn(settings, "‹", "Cài đặt của nhóm")
    await seat.turn(settings, "👆", "Ai được bấm nút dưới một kết quả?")
    await company.look("who-may-press")
    await seat.turn(settings, "Người đã yêu cầu", "Chỉ người đã yêu cầu")
    await seat.toasted("Đã lưu")
    await company.look("saved")

    await company.turn_to("Ben")
    await key(chis, "V2").click()
    await seat.toasted("only the person who asked")
    await company.look("ben-refused")
    read = await seat.ask("/settings@easel_bot")
    await expect(read).to_contain_text("Only who asked for a result may press")
    await company.look("ben-reads-the-rules")
    await company.turn_to("Chi")
    await becomes_a_picture(await seat.press(chis, "V2"))

    await company.turn_to("An")
    await seat.turn(settings, "🌐", "Mình nói tiếng gì trong nhóm?")
    await company.look("which-language")
    await seat.turn(settings, "English", "I speak English here")
    await company.look("english")
    await company.turn_to("Chi")
    await expect(await seat.ask("/jobs@easel_bot")).to_contain_text("Nothing is being made")


@slowly
async def test_five_requests_at_once_share_one_message_and_each_comes_as_a_reply(
    company: Company,
) -> None:
    seat = company.seat
    for name, *wishes in [("An", "hoa sen", "hoa cúc"), ("Ben", "a fox", "an owl"), ("Chi", "tre")]:
        await company.turn_to(name)
        for wish in wishes:
            await seat.write(f"{DRAW} {wish}")
            await expect(asked(seat, f"{DRAW} {wish}")).to_be_visible()
    board = seat.bots.filter(has_text="📋")
    await expect(board).to_contain_text("2 requests of this group")
    await expect(board).to_contain_text(re.compile(r"Ben \w+ · an owl"))
    for said in (f"{DRAW} an owl", f"{DRAW} tre"):
        await expect(asked(seat, said).get_by_test_id("reaction")).to_have_text("👌")
    await company.look("board")

    await company.turn_to("Ben")
    await key(board, "✖").first.click()
    await seat.toasted("is cancelled")
    await expect(board).to_contain_text("1 cancelled, not charged", timeout=A_MINUTE_MS)
    await company.look("board-cancelled")
    await company.turn_speed(30)
    await seat.open_chat(GROUP)
    for wish in ("hoa sen", "hoa cúc", "a fox", "tre"):
        await becomes_a_picture(replies_to(seat, f"{DRAW} {wish}"))
    await expect(board).to_contain_text("1 done", timeout=A_MINUTE_MS)
    await expect(board.get_by_test_id("button")).to_have_count(0)
    await company.look("all-came")


@slowly
async def test_ben_has_a_picture_sent_to_him_only_though_he_never_met_the_bot(
    company: Company,
) -> None:
    seat = await company.turn_to("Ben")
    status = await seat.ask(f"{DRAW} a secret garden")
    await company.look("being-made")
    await key(status, "🔒").click()
    await expect(key(status, "👥")).to_be_visible()
    await company.look("to-him-only")
    await company.turn_speed(30)
    await seat.open_chat(GROUP)
    await expect(status.locator(".text")).to_contain_text(
        "Ben: your pictures are ready and kept for you"
    )
    await expect(status.locator(".text")).not_to_contain_text("secret")
    await company.look("stub")

    await status.get_by_test_id("button").click()
    await expect(seat.page.locator("#log .text").filter(has_text="/start")).to_be_visible()
    await becomes_a_picture(seat.bots.filter(has_text="a secret garden").first)
    await company.look("in-private")


async def test_in_a_forum_the_bot_stays_in_the_topic_and_where_admins_allow_it(
    company: Company,
) -> None:
    seat = await company.turn_to("Ben", FORUM)
    pictures = seat.page.locator("#topics button").filter(has_text="Pictures")
    chat = seat.page.locator("#topics button").filter(has_text="Chit-chat")
    await pictures.click()
    boat = await seat.ask(f"{DRAW} a boat at dusk")
    await becomes_a_picture(boat)
    await company.look("topic")
    page = await seat.ask("/settings@easel_bot")
    await seat.turn(page, "💬", "In which topics shall I answer?")
    await company.look("topics")
    await seat.turn(page, "Only this topic", "I answer only in this topic")

    await company.turn_to("Chi", FORUM)
    await chat.click()
    await expect(seat.bots).to_have_count(0)
    elsewhere = await seat.ask(f"{DRAW} mèo con")
    await expect(elsewhere).to_contain_text("chủ đề khác")
    await company.look("other-topic")
    await elsewhere.get_by_test_id("button").click()
    await expect(pictures).to_have_attribute("aria-pressed", "true")
    await expect(boat).to_contain_text("a boat at dusk")


async def test_an_speaks_as_the_group_asks_the_doctor_and_mistakes_are_told_apart(
    company: Company,
) -> None:
    seat = await company.turn_to("An")
    await seat.one("voice").click()
    await expect(seat.one("composer")).to_have_attribute("placeholder", "Nhập với tên nhóm…")
    await company.look("as-the-group")
    groups = await seat.ask(f"{DRAW} áp phích hội xuân")
    await becomes_a_picture(groups)
    await company.look("the-groups-picture")
    await seat.one("voice").click()
    checked = await seat.ask("/doctor@easel_bot")
    await expect(checked).to_contain_text("Chế độ riêng tư")
    await company.look("doctor")

    await seat.write("/img@other_bot mèo")
    await seat.write("chào cả nhà")
    wrong = await seat.ask("/imgg@easel_bot mèo")
    await expect(wrong).to_contain_text("/img")
    await expect(replies_to(seat, "/img@other_bot")).to_have_count(0)
    await company.look("wrong-command")
