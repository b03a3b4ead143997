"""What a person does on the chat page, in a real browser: by mouse and by keyboard, wide and narrow."""

import asyncio
from pathlib import Path

import pytest
from page_seat import Seat
from page_story import AN, BEN, GROUP, keyboard, pressed, presses
from playwright.async_api import Route, expect
from samples import picture

from bot.sandbox.refusal import Json

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_enter_sends_what_was_typed_and_markup_in_it_stays_text(seat: Seat) -> None:
    await seat.one("composer").fill("<b>x</b><img src=x onerror=alert(1)>")
    await seat.page.keyboard.press("Enter")

    bubble = seat.page.locator("[data-from='me']")
    await expect(bubble.locator(".text")).to_have_text("<b>x</b><img src=x onerror=alert(1)>")
    await expect(bubble.locator(".text *")).to_have_count(0)
    await expect(seat.one("composer")).to_have_value("")


async def test_shift_enter_starts_a_new_line(seat: Seat) -> None:
    await seat.one("composer").press_sequentially("one")
    await seat.page.keyboard.press("Shift+Enter")
    await seat.page.keyboard.type("two")
    await seat.page.keyboard.press("Enter")

    await expect(seat.page.locator("[data-from='me']")).to_have_count(1)
    assert seat.world.messages(AN)[-1]["text"] == "one\ntwo"


async def test_a_reply_quotes_what_it_answers(seat: Seat) -> None:
    hello = await seat.easel.say(AN, "Chào An, vẽ gì nào?")
    await seat.bubble(hello).get_by_test_id("reply").click()
    await expect(seat.one("reply-bar")).to_contain_text("Chào An, vẽ gì nào?")
    await seat.page.keyboard.type("vary 3")
    await seat.page.keyboard.press("Enter")

    mine = seat.page.locator("[data-from='me']")
    await expect(mine.get_by_test_id("quote")).to_contain_text("Chào An, vẽ gì nào?")
    await expect(seat.one("reply-bar")).to_be_hidden()
    assert hello["message_id"] == seat.world.messages(AN)[-1]["reply_to_message"]["message_id"]


async def test_escape_cancels_a_reply_but_keeps_the_words(seat: Seat) -> None:
    hello = await seat.easel.say(AN, "Chào")
    await seat.bubble(hello).get_by_test_id("reply").click()
    await seat.page.keyboard.type("hm")
    await seat.page.keyboard.press("Escape")

    await expect(seat.page.locator("#answering")).to_be_hidden()
    await expect(seat.one("composer")).to_have_value("hm")


async def test_a_pressed_button_spins_until_its_answer_which_shows_as_a_toast(seat: Seat) -> None:
    message = await seat.easel.say(AN, "Chọn", reply_markup=keyboard("1|2", "Huỷ"))
    button = seat.bubble(message).get_by_test_id("button").nth(1)
    await button.click()
    await expect(button).to_have_attribute("aria-busy", "true")
    assert [(AN, AN, message["message_id"], "2")] == pressed(seat.world)

    [press] = presses(seat.world)
    await seat.easel.answer(press["id"], "Đang lấy ảnh 2")

    await expect(seat.one("toast")).to_have_text("Đang lấy ảnh 2")
    await expect(button).to_have_attribute("aria-busy", "false")


async def test_an_alert_waits_for_ok(seat: Seat) -> None:
    message = await seat.easel.say(AN, "Chọn", reply_markup=keyboard("1"))
    await seat.bubble(message).get_by_test_id("button").click()
    await expect(seat.one("button")).to_have_attribute("aria-busy", "true")
    [press] = presses(seat.world)
    await seat.easel.answer(press["id"], "Không đủ số dư", show_alert=True)

    await expect(seat.one("alert")).to_contain_text("Không đủ số dư")
    await seat.page.keyboard.press("Enter")
    await expect(seat.one("alert")).to_be_hidden()


async def test_an_answer_to_somebody_else_is_not_shown(seat: Seat) -> None:
    message = await seat.easel.say(AN, "Chọn", reply_markup=keyboard("1"))
    await seat.bubble(message).get_by_test_id("button").click()
    await expect(seat.one("button")).to_have_attribute("aria-busy", "true")
    bens = await seat.easel.say(BEN, "Choose", reply_markup=keyboard("1"))
    seat.world.press(BEN, BEN, bens["message_id"], "1")
    by_an, by_ben = presses(seat.world)
    await seat.easel.answer(by_ben["id"], "for Ben")
    await seat.easel.answer(by_an["id"], "cho An")

    await expect(seat.one("toast")).to_have_text("cho An")


async def test_two_pictures_from_the_picker_go_as_one_album_with_the_caption(
    seat: Seat, tmp_path: Path
) -> None:
    for number in range(2):
        (tmp_path / f"{number}.jpg").write_bytes(picture(300, 200, "JPEG"))
    await seat.one("picker").set_input_files([tmp_path / "0.jpg", tmp_path / "1.jpg"])
    await expect(seat.one("tray").locator("img")).to_have_count(2)
    await seat.one("composer").fill("/img như thế này")
    await seat.page.keyboard.press("Enter")

    await expect(seat.page.locator(".mosaic .tile")).to_have_count(2)
    one, two = seat.world.messages(AN)
    assert one["media_group_id"] == two["media_group_id"]
    assert one["caption"] == "/img như thế này"
    await seat.bubble(two).get_by_test_id("reply").click()
    await seat.page.keyboard.type("upscale")
    await seat.page.keyboard.press("Enter")
    await expect(seat.one("quote")).to_be_visible()
    assert two["message_id"] == seat.world.messages(AN)[-1]["reply_to_message"]["message_id"]


def heard(seat: Seat) -> list[Json]:
    """The messages the bot is to be told of, oldest first, each in an update of its own."""
    told = (update.get("message") for update in seat.world.updates.pending)
    return [message for message in told if message is not None]


async def test_the_bot_hears_of_each_picture_of_an_album_by_itself_and_once_of_the_words(
    seat: Seat, tmp_path: Path
) -> None:
    paths = [tmp_path / f"{number}.jpg" for number in range(3)]
    for number, path in enumerate(paths, start=1):
        path.write_bytes(picture(100 * number, 100, "JPEG"))
    await seat.one("picker").set_input_files(paths)
    await seat.one("composer").fill("/video gặp nhau")
    await seat.one("send").click()

    await expect(seat.page.locator(".mosaic .tile")).to_have_count(3)
    album = heard(seat)
    assert [100, 200, 300] == [message["photo"][-1]["width"] for message in album]
    assert ["/video gặp nhau", None, None] == [message.get("caption") for message in album]
    assert "bot_command" == album[0]["caption_entities"][0]["type"]
    assert 1 == len({message["media_group_id"] for message in album})


async def test_a_picture_is_sent_with_its_words_and_answered_with_a_command(
    seat: Seat, tmp_path: Path
) -> None:
    (tmp_path / "cat.png").write_bytes(picture(300, 200))
    await seat.one("picker").set_input_files(tmp_path / "cat.png")
    await seat.one("composer").fill("/img thêm một chiếc mũ")
    await seat.page.keyboard.press("Enter")
    await expect(seat.one("photo")).to_be_visible()
    [photo] = heard(seat)
    assert ("/img thêm một chiếc mũ", 300) == (photo["caption"], photo["photo"][-1]["width"])
    assert "media_group_id" not in photo

    await seat.bubble(photo).get_by_test_id("reply").click()
    await expect(seat.one("reply-bar")).to_be_visible()
    await seat.page.keyboard.type("/video chậm rãi")
    await seat.page.keyboard.press("Enter")
    await expect(seat.one("quote")).to_be_visible()
    [_, command] = heard(seat)
    assert "/video chậm rãi" == command["text"]
    assert photo["photo"] == command["reply_to_message"]["photo"]


async def test_a_picture_is_sent_as_a_file_untouched_with_its_words(
    seat: Seat, tmp_path: Path
) -> None:
    original = picture(300, 200)
    (tmp_path / "cat.png").write_bytes(original)
    await seat.one("picker").set_input_files(tmp_path / "cat.png")
    await seat.one("tray").get_by_role("checkbox").check()
    await seat.one("composer").fill("/upscale 4k")
    await seat.one("send").click()

    await expect(seat.page.locator("[data-from='me']")).to_have_count(1)
    [message] = heard(seat)
    document = message["document"]
    assert ("/upscale 4k", "cat.png", "image/png") == (
        message["caption"],
        document["file_name"],
        document["mime_type"],
    )
    assert original == seat.world.file_bytes(document["file_id"])
    await expect(seat.one("tray")).to_be_hidden()


async def test_several_files_go_as_one_album_of_files(seat: Seat, tmp_path: Path) -> None:
    for number in range(2):
        (tmp_path / f"{number}.png").write_bytes(picture(300, 200))
    await seat.one("picker").set_input_files([tmp_path / "0.png", tmp_path / "1.png"])
    await seat.one("tray").get_by_role("checkbox").check()
    await seat.one("composer").fill("/img hoà vào nhau")
    await seat.page.keyboard.press("Enter")

    await expect(seat.one("tray")).to_be_hidden()
    await expect(seat.page.locator("[data-from='me']").first).to_be_visible()
    one, two = heard(seat)
    assert ["0.png", "1.png"] == [each["document"]["file_name"] for each in (one, two)]
    assert one["media_group_id"] == two["media_group_id"]
    assert ["/img hoà vào nhau", None] == [each.get("caption") for each in (one, two)]


@pytest.mark.parametrize(
    ("target", "event"),
    [
        ("#text", "new ClipboardEvent('paste', {clipboardData: data, bubbles: true})"),
        ("#log", "new DragEvent('drop', {dataTransfer: data, bubbles: true})"),
    ],
)
async def test_a_pasted_or_dropped_picture_waits_in_the_tray_until_it_is_sent(
    seat: Seat, target: str, event: str
) -> None:
    await seat.page.locator(target).evaluate(
        """async (node) => {
            const canvas = new OffscreenCanvas(60, 40);
            canvas.getContext("2d").fillRect(0, 0, 60, 40);
            const data = new DataTransfer();
            data.items.add(new File([await canvas.convertToBlob()], "p.png", {type: "image/png"}));
            node.dispatchEvent(EVENT);
        }""".replace("EVENT", event)
    )
    await expect(seat.one("tray").locator("img")).to_have_count(1)
    assert seat.world.messages(AN) == []

    await seat.one("send").click()

    await expect(seat.one("photo")).to_be_visible()
    await expect(seat.one("tray")).to_be_hidden()


async def test_what_is_said_in_a_topic_stays_in_the_topic(seat: Seat) -> None:
    topic = seat.world.messages(GROUP)[0]["message_thread_id"]
    await seat.one(f"chat-{GROUP}").click()
    await seat.one(f"topic-{topic}").click()
    await seat.page.keyboard.type("trong chủ đề")
    await seat.page.keyboard.press("Enter")

    await expect(seat.page.locator("[data-from='me']:not(.service)")).to_have_count(1)
    assert topic == seat.world.messages(GROUP)[-1]["message_thread_id"]
    await seat.one("topic-general").click()
    await expect(seat.page.locator("[data-from='me']")).to_have_count(0)


async def test_a_slash_lists_the_commands_and_tab_takes_one(seat: Seat) -> None:
    await seat.one("composer").press_sequentially("/v")
    await expect(seat.one("commands").locator("li")).to_have_count(2)
    await seat.page.keyboard.press("ArrowDown")
    await seat.page.keyboard.press("Tab")

    await expect(seat.one("composer")).to_have_value("/vary ")
    await expect(seat.one("commands")).to_be_hidden()


async def test_commands_that_come_late_do_not_cover_what_was_sent_meanwhile(seat: Seat) -> None:
    asked, answer = asyncio.Event(), asyncio.Event()

    async def dawdle(route: Route) -> None:
        asked.set()
        await answer.wait()
        await route.continue_()

    await seat.page.route("**/commands?*", dawdle)
    await seat.one("composer").press_sequentially("/")
    await asked.wait()
    await seat.page.keyboard.type("start")
    await seat.page.keyboard.press("Enter")
    await expect(seat.page.locator("[data-from='me']")).to_have_count(1)
    async with seat.page.expect_response("**/commands?*"):
        answer.set()
    await seat.page.evaluate("fetch('state')")  # so that the page has had its turn

    await expect(seat.one("commands")).to_be_hidden()


async def test_an_empty_chat_with_the_bot_begins_with_one_button_and_a_group_does_not(
    seat: Seat,
) -> None:
    await seat.one(f"user-{BEN}").click()
    await seat.one("start").click()
    await expect(seat.page.locator("[data-from='me'] .text")).to_have_text("/start")
    assert "/start" == seat.world.messages(BEN)[-1]["text"]

    await seat.one(f"chat-{GROUP}").click()
    await expect(seat.one("start")).to_have_count(0)


async def test_a_narrow_screen_is_lived_on_by_keyboard_alone(phone: Seat) -> None:
    asked = await phone.easel.say(AN, "Chào An", reply_markup=keyboard("1|2"))
    await _press_until_focused(phone, "Tab", f"chat-{AN}")
    await phone.page.keyboard.press("Enter")
    await expect(phone.one("composer")).to_be_focused()
    await expect(phone.one(f"chat-{AN}")).to_be_hidden()

    await phone.page.keyboard.type("helo")
    await phone.page.keyboard.press("Enter")
    mine = phone.page.locator("[data-from='me']")
    await expect(mine).to_have_count(1)
    await phone.page.keyboard.press("ArrowUp")
    await expect(phone.one("edit-bar")).to_be_visible()
    await phone.page.keyboard.press("End")
    await phone.page.keyboard.type("!")
    await phone.page.keyboard.press("Enter")
    await expect(mine.locator(".text")).to_have_text("helo!")

    await _press_until_focused(phone, "Shift+Tab", "button")
    await phone.page.keyboard.press("Enter")
    await expect(phone.bubble(asked).locator("[aria-busy='true']")).to_have_count(1)
    await _press_until_focused(phone, "Tab", "reply")
    await phone.page.keyboard.press("Enter")
    await expect(phone.one("reply-bar")).to_be_visible()
    await phone.page.keyboard.press("Escape")
    await phone.page.keyboard.press("Escape")

    await expect(phone.focused(f"chat-{AN}")).to_have_count(1)
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await phone.page.evaluate(wider) == 0


async def _press_until_focused(seat: Seat, key: str, testid: str) -> None:
    for _ in range(30):
        if await seat.focused(testid).count():
            return
        await seat.page.keyboard.press(key)
    pytest.fail(f"{testid} can't be reached with {key}.")
