"""The first minute: what /start shows, what a tap begins, and what a group is told."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from story import (
    Message,
    Person,
    Story,
    is_media,
    labels,
    living_bot,
    served_town,
    settings_for,
    words,
)
from telling import edits_of, forge, image_of, in_code, next_result, press, said_to, unlikeness
from town_rules import CHEAP, ruled_story

from bot.app import DATABASE_NAME, wall_clock
from bot.delivery.welcoming import PICTURE
from bot.model import UserId
from bot.money import ledger
from bot.store.sqlite import open_store


def photos_sent(story: Story) -> list[Any]:
    """What was sent as a photo, in order: a file, or Telegram's handle of one it has."""
    return [
        call.parameters["photo"]
        for call in story.world.calls
        if call.method == "sendPhoto" and call.ok
    ]


def shows_what_can_be_made(story: Story, hello: Message) -> bool:
    """Whether it is the picture we ship, as Telegram packs photos."""
    with Image.open(PICTURE) as ours:
        return unlikeness(image_of(story, hello), ours.convert("RGB")) < 2


async def granted(story: Story, person: Person, amount_vnd: int) -> None:
    """The operator gives them money, beside the running bot."""
    async with open_store(story.data_dir / DATABASE_NAME) as store:
        await store.write(
            lambda tx: ledger.enter(
                tx,
                UserId(person.user_id),
                ledger.EntryKind.GRANT,
                amount_vnd,
                ledger.Act(f"grant:{person.user_id}", "operator", "", wall_clock()),
            )
        )


async def welcomed(person: Person) -> Message:
    return await person.answer_to(person.say("/start"))


@pytest.mark.parametrize(
    ("language", "example", "got_it", "free"),
    [
        ("vi", "🐱 Mèo bên cửa sổ · miễn phí", "Đã nhận!", "miễn phí"),
        ("en", "🐱 Cat at the window · free", "Got it!", "free"),
    ],
)
async def test_start_then_a_tap_on_an_example_and_the_picture_is_there(
    story: Story, language: str, example: str, got_it: str, free: str
) -> None:
    an = story.person("An <b>& Co", language)
    hello = await welcomed(an)
    assert shows_what_can_be_made(story, hello)
    assert "An <b>& Co!" in words(hello)
    assert len(words(hello).splitlines()) == 3
    assert [example] == labels(hello)[0]
    assert got_it == await press(an, hello, example)
    picture = await next_result(an, hello, after=hello)
    assert f"{free} · " in words(picture)


async def test_what_is_free_today_stands_in_the_welcome(story: Story) -> None:
    an = story.person("An")
    assert "Miễn phí hôm nay: 40 ảnh · 2 video." in words(await welcomed(an))
    await an.result_of(an.say("/img mèo"))
    assert "Miễn phí hôm nay: 36 ảnh · 2 video." in words(await welcomed(an))


async def test_an_example_tapped_twice_is_made_once(story: Story) -> None:
    an = story.person("An", "en")
    hello = await welcomed(an)
    assert ["Got it!", "Already on it"] == [await press(an, hello, "🏮") for _ in range(2)]
    await next_result(an, hello, after=hello)
    assert 1 == len(story.town.apiframe.tasks)
    assert "36 of 40" in await said_to(an, "/quota")


async def test_the_video_is_a_tap_away_too(story: Story) -> None:
    an = story.person("An", "en")
    hello = await welcomed(an)
    await press(an, hello, "🌊 Waves at dawn (video) · free")
    assert "video" in await next_result(an, hello, after=hello)


async def test_the_picture_is_uploaded_once_for_everybody_and_not_again_after_a_restart(
    tmp_path: Path,
) -> None:
    async with served_town(tmp_path / "town") as town:
        story = Story(town, tmp_path / "data")
        environ = settings_for(town, story.data_dir)
        async with living_bot(environ):
            first = await welcomed(story.person("An"))
            await welcomed(story.person("Bình"))
        async with living_bot(environ):
            await welcomed(story.person("Chi"))
    handle = first["photo"][-1]["file_id"]
    assert [handle, handle] == photos_sent(story)[1:]
    assert handle != photos_sent(story)[0]


async def test_a_picture_telegram_refuses_is_left_out_and_the_words_come_alone(
    story: Story,
) -> None:
    an = story.person("An", "en")
    story.world.fail_next("sendPhoto", status=400, description="Bad Request: no photos today")
    hello = await welcomed(an)
    assert "photo" not in hello
    await press(an, hello, "🐱")
    await next_result(an, hello, after=hello)


async def test_a_handle_that_telegram_knows_no_more_is_followed_by_the_file(story: Story) -> None:
    an = story.person("An", "en")
    await welcomed(an)
    story.world.fail_next(
        "sendPhoto", status=400, description="Bad Request: wrong file identifier specified"
    )
    again = await welcomed(an)
    assert shows_what_can_be_made(story, again)
    await welcomed(an)
    assert again["photo"][-1]["file_id"] == photos_sent(story)[-1]


async def test_a_language_tapped_under_the_welcome_says_that_very_welcome_again(
    story: Story,
) -> None:
    an = story.person("An")
    hello = await welcomed(an)
    await press(an, hello, "English")
    turned = await an.sees("Hi An!")
    assert hello["message_id"] == turned["message_id"]
    assert hello["photo"] == turned["photo"]
    assert ["🐱 Cat at the window · free"] == labels(turned)[0]
    assert "What I can do" in await said_to(an, "/help")


async def test_buttons_of_a_welcome_from_before_a_restart_still_begin_something(
    tmp_path: Path,
) -> None:
    async with served_town(tmp_path / "town") as town:
        story = Story(town, tmp_path / "data")
        environ = settings_for(town, story.data_dir)
        an = story.person("An", "en")
        async with living_bot(environ):
            hello = await welcomed(an)
        async with living_bot(environ):
            await press(an, hello, "🐱")
            await next_result(an, hello, after=hello)


async def test_a_wish_that_nobody_offers_is_not_made(story: Story) -> None:
    an = story.person("An", "en")
    hello = await welcomed(an)
    for data in ("q:::tank", "t:::tank", "q:::", "q:::cat:x"):
        assert await forge(an, hello, data) in {"That can't be made here at the moment.", ""}
    assert not story.town.apiframe.tasks


# --- what there is to offer ---------------------------------------------------------------------


async def test_without_a_video_service_no_video_is_promised(tmp_path: Path) -> None:
    async with ruled_story(tmp_path, without="flow") as story:
        an = story.person("An", "en")
        hello = await welcomed(an)
        assert ["🐱", "🏮", "✨", "Ti"] == [row[0][:2].strip() for row in labels(hello)]
        assert "Free today: 40 pictures." in words(hello)
        assert "That can't" in await forge(an, hello, "q:::waves:0")


async def test_who_has_nothing_free_and_no_money_is_shown_no_example_but_the_way_on(
    tmp_path: Path,
) -> None:
    async with ruled_story(tmp_path, CHEAP) as story:
        an = story.person("An", "en")
        hello = await welcomed(an)
        assert [["✨ Ideas", "📚 Help"], ["Tiếng Việt", "English"]] == labels(hello)
        assert "free" not in words(hello).lower()
        assert "Got it!" != await forge(an, hello, "q:::cat")
        assert not story.town.apiframe.tasks


async def test_an_allowance_without_end_is_called_unlimited(tmp_path: Path) -> None:
    plans = f'{CHEAP}free_images_per_day = "unlimited"\nfree_videos_per_day = 1\n'
    async with ruled_story(tmp_path, plans) as story:
        an = story.person("An", "en")
        assert "Free today: unlimited pictures · 1 video." in words(await welcomed(an))


async def test_what_the_day_gives_no_more_is_answered_with_what_is_lacking(
    tmp_path: Path,
) -> None:
    async with ruled_story(tmp_path, f"{CHEAP}free_images_per_day = 4\n") as story:
        an = story.person("An", "en")
        hello = await welcomed(an)
        await press(an, hello, "🐱")
        await next_result(an, hello, after=hello)
        assert "Got it!" != await press(an, hello, "🏮")
        assert 1 == len(story.town.apiframe.tasks)


async def test_an_example_that_is_free_no_more_says_its_price_before_it_takes_it(
    tmp_path: Path,
) -> None:
    plans = f"{CHEAP}free_images_per_day = 4\nthreads = 2\n"
    async with ruled_story(tmp_path, plans) as story:
        an = story.person("An", "en")
        hello = await welcomed(an)
        await granted(story, an, 1_000)
        await press(an, hello, "🐱")
        await next_result(an, hello, after=hello)
        await press(an, hello, "🏮")
        dearer = await an.sees("₫400", after=hello)
        assert 1 == len(story.town.apiframe.tasks)
        assert "Got it!" == await press(an, dearer, labels(dearer)[0][0])
        await next_result(an, dearer, after=dearer)
        assert "Balance: ₫600" in await said_to(an, "/quota")
        assert "🏮 Night in Hội An · ₫400" in str(labels(await welcomed(an)))


# --- groups -------------------------------------------------------------------------------------


async def test_in_a_group_start_tells_how_to_speak_with_the_bot(story: Story) -> None:
    an = story.person("An", "en")
    group = story.group("Painters", an)
    hello = await an.answer_to(an.say("/start@easel_bot", chat=group), chat=group)
    assert not is_media(hello)
    assert [] == labels(hello)
    image, video, *_ = in_code(hello)
    assert image.startswith("/img@easel_bot ")
    assert video.startswith("/video@easel_bot ")
    await an.result_of(an.say(image, chat=group), chat=group)


async def test_brought_into_a_group_it_says_hello_once_in_the_words_of_who_brought_it(
    story: Story,
) -> None:
    an, ben = story.person("An"), story.person("Ben", "en")
    group = story.group("Painters", an, ben)
    story.world.remove_bot(an.user_id, group)
    story.world.add_bot(ben.user_id, group)
    hello = await ben.sees("I make pictures and videos from your words, right here", chat=group)
    story.world.add_bot(an.user_id, group, status="administrator")
    closing = await ben.answer_to(ben.say("/jobs", chat=group), chat=group)
    told = [message for message in ben.from_bot(group) if message not in (hello, closing)]
    assert [True] == ["quản trị viên rồi" in words(message) for message in told]


async def test_unblocked_in_private_it_does_not_speak_first(story: Story) -> None:
    an = story.person("An", "en")
    hello = await welcomed(an)
    story.world.block_bot(an.user_id)
    story.world.unblock_bot(an.user_id)
    closing = await an.answer_to(an.say("/jobs"))
    assert [hello, closing] == an.from_bot()


async def test_a_group_that_is_not_allowed_gets_one_polite_line(tmp_path: Path) -> None:
    async with ruled_story(tmp_path, BOT_ACCESS="approved") as story:
        an = story.person("An", "en")
        group = story.group("Strangers", an)
        story.world.remove_bot(an.user_id, group)
        story.world.add_bot(an.user_id, group)
        refused = await an.sees("invited", chat=group)
        assert [refused] == an.from_bot(group)


async def test_nobody_turns_anothers_result_into_a_page_by_a_made_up_press(story: Story) -> None:
    an, mallory = story.person("An", "en"), story.person("Mallory", "en")
    group = story.group("Painters", an, mallory)
    grid = await an.result_of(an.say("/img@easel_bot a garden", chat=group), chat=group)
    before = len(edits_of(story, grid))
    for data in ("h:::video", "t:::", "l:::en-start"):
        await forge(mallory, grid, data)
    await mallory.answer_to(mallory.say("/jobs@easel_bot", chat=group), chat=group)
    await asyncio.sleep(0)
    assert before == len(edits_of(story, grid))
    assert grid["photo"] == story.world.message(group, grid["message_id"])["photo"]


@pytest.mark.parametrize(
    ("language", "alone", "together"),
    [
        ("en", "I make pictures from your words.", "I make pictures from your words, right here."),
        ("vi", "Mình tạo ảnh từ lời bạn mô tả.", "Mình tạo ảnh từ lời mô tả, ngay trong nhóm"),
    ],
)
async def test_without_a_video_service_nobody_is_promised_videos(
    tmp_path: Path, language: str, alone: str, together: str
) -> None:
    async with ruled_story(tmp_path, without="flow") as story:
        an = story.person("An", language)
        group = story.group("Painters", an)
        assert alone in words(await welcomed(an))
        hello = await an.answer_to(an.say("/start@easel_bot", chat=group), chat=group)
        assert together in words(hello)
