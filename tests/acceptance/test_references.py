"""Pictures people bring: photos, files, albums and replies become pictures and videos made of them."""

import asyncio
import io
from typing import Any

import av
import samples
from bringing import ORANGE, PHOTO, PLUM, TEAL, as_file, picture, send
from PIL import Image
from story import Message, Person, Story, code_in, is_media, labels, words
from telling import image_of, press, quarters, said_to, unlikeness

from bot.sandbox.calls import Call


def bodies(story: Story, kind: str) -> list[dict[str, Any]]:
    return [dict(task.body) for task in story.town.flow.tasks.values() if task.kind == kind]


def first_frame(story: Story, message: Message) -> Image.Image:
    data = io.BytesIO(story.world.file_bytes(message["video"]["file_id"]))
    with av.open(data, "r") as film:
        frame = next(film.decode(video=0))
        shown: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]  # PyAV leaves it bare
        return shown


def is_made_of(result: Image.Image, own: Image.Image, *others: Image.Image) -> bool:
    """Whether a picture looks more like one's own than like any of the others."""
    return all(unlikeness(result, own) < unlikeness(result, other) for other in others)


# --- photos and files -------------------------------------------------------------------------


async def test_a_photo_with_a_command_becomes_a_picture_made_from_it(story: Story) -> None:
    an = story.person("An")
    [asked] = send(an, PHOTO, caption="/img như tranh màu nước")
    result = await an.result_of(asked)
    assert "từ ảnh này" in words(result)
    assert "Flow AI" in words(result)
    assert is_made_of(image_of(story, result), picture(ORANGE), picture(TEAL), picture(PLUM))
    [body] = bodies(story, "reference-to-image")
    assert ["như tranh màu nước"] == body["prompts"]


async def test_the_picture_has_the_shape_of_ones_own_unless_another_is_asked_for(
    story: Story,
) -> None:
    an = story.person("An")
    tall, wide = as_file(picture(TEAL, 540, 960)), as_file(picture(TEAL, 960, 540))
    [asked] = send(an, tall, caption="/img sơn dầu")
    assert "9:16" in words(await an.result_of(asked))
    [asked] = send(an, wide, caption="/img sơn dầu --ar 1:1")
    assert "1:1" in words(await an.result_of(asked))


async def test_a_picture_sent_as_a_file_is_worked_from_like_a_photo(story: Story) -> None:
    an = story.person("An", "en")
    [asked] = send(
        an, as_file(picture(TEAL), "PNG"), caption="/img in oil", name="a.png", as_document=True
    )
    result = await an.result_of(asked)
    assert "from this picture" in words(result)
    assert is_made_of(image_of(story, result), picture(TEAL), picture(ORANGE), picture(PLUM))


async def test_a_video_of_one_photo_begins_with_that_photo(story: Story) -> None:
    an = story.person("An")
    [asked] = send(an, as_file(picture(PLUM, 960, 540)), caption="/video nắng lên")
    film = await an.result_of(asked)
    assert "từ ảnh này" in words(film)
    assert is_made_of(first_frame(story, film), picture(PLUM), picture(ORANGE), picture(TEAL))
    assert 1 == len(bodies(story, "image-to-video"))


async def test_somebody_elses_photo_in_a_group_is_worked_from_by_replying_to_it(
    story: Story,
) -> None:
    an, ben = story.person("An"), story.person("Ben", "en")
    group = story.group("Nhóm vẽ", an, ben)
    [photo] = send(an, PHOTO, chat=group)
    asked = ben.say("/img@easel_bot as a watercolour", chat=group, to=photo)
    result = await ben.result_of(asked, chat=group)
    assert "from this picture" in words(result)
    assert is_made_of(image_of(story, result), picture(ORANGE), picture(TEAL))


async def test_a_photo_in_another_topic_is_worked_from_too(story: Story) -> None:
    an = story.person("An")
    group = story.group("Nhóm vẽ", an, is_forum=True)
    there, here = (story.world.add_topic(group, name) for name in ("Ảnh", "Vẽ"))
    [photo] = story.world.send_files(an.user_id, group, [("photo.jpg", PHOTO)], thread_id=there)
    asked = an.say("/img sơn dầu", chat=group, to=photo, thread_id=here)
    result = await an.sees(
        lambda m: is_media(m) and m["message_id"] > asked["message_id"], chat=group
    )
    assert here == result["message_thread_id"]
    assert is_made_of(image_of(story, result), picture(ORANGE), picture(TEAL))


async def test_while_a_picture_is_fetched_the_person_sees_that_something_happens(
    story: Story,
) -> None:
    an, world = story.person("An"), story.world
    held = world.hold_next("getFile")
    [asked] = send(an, PHOTO, caption="/img sơn dầu")
    await held.arrived()

    def is_shown(call: Call) -> bool:
        return call.method == "sendChatAction" and call.parameters["chat_id"] == an.user_id

    await world.wait_for(lambda w: any(is_shown(call) for call in w.calls))
    held.release()
    await an.result_of(asked)


async def test_a_download_that_fails_is_tried_again(story: Story) -> None:
    an = story.person("An")
    story.world.fail_next("getFile", status=500, description="Internal Server Error")
    [asked] = send(an, PHOTO, caption="/img sơn dầu")
    assert is_media(await an.result_of(asked))
    assert 2 == len([call for call in story.world.calls if call.method == "getFile"])


async def test_ones_own_picture_is_made_larger_for_nothing(story: Story) -> None:
    an = story.person("An")
    before = await said_to(an, "/quota")
    [asked] = send(an, PHOTO, caption="/upscale 2k", name="me.jpg", as_document=True)
    larger = await an.result_of(asked)
    assert "Phóng to ảnh này" in words(larger)
    assert is_made_of(image_of(story, larger), picture(ORANGE), picture(TEAL))
    assert before == await said_to(an, "/quota")


# --- albums -----------------------------------------------------------------------------------


async def test_an_album_with_a_command_is_blended_into_one_picture(story: Story) -> None:
    an = story.person("An")
    first, *_ = send(
        an, as_file(picture(ORANGE)), as_file(picture(TEAL)), caption="/img hòa vào nhau"
    )
    result = await an.result_of(first)
    assert "từ 2 ảnh này" in words(result)
    shown = image_of(story, result)
    left, right = shown.crop((0, 0, 300, 400)), shown.crop((shown.width - 300, 0, shown.width, 400))
    assert is_made_of(left, picture(ORANGE), picture(TEAL))
    assert is_made_of(right, picture(TEAL), picture(ORANGE))
    assert 1 == len(story.town.flow.tasks)


async def test_an_album_with_a_voice_becomes_a_video_that_shows_all_of_it(story: Story) -> None:
    an = story.person("An", "en")
    files = [as_file(picture(colour)) for colour in (ORANGE, TEAL, PLUM)]
    first, *_ = send(an, *files, caption="/video a family outing --voice charon")
    film = await an.result_of(first)
    assert "from these 3 pictures" in words(film)
    assert "charon" in words(film)
    [body] = bodies(story, "multi-ref-video")
    assert "charon" == body["voice"]
    [item] = body["items"]
    assert 3 == len(item["image_paths"])


async def test_a_reply_to_an_album_works_from_all_of_it(story: Story) -> None:
    an = story.person("An")
    _, second = send(an, as_file(picture(ORANGE)), as_file(picture(TEAL)))
    result = await an.result_of(an.say("/img hòa vào nhau", to=second))
    assert "từ 2 ảnh này" in words(result)


async def test_of_an_album_in_a_private_minded_group_what_arrived_is_used_and_said(
    story: Story,
) -> None:
    an = story.person("An")
    group = story.group("Nhóm vẽ", an)
    first, *_ = send(
        an, PHOTO, as_file(picture(TEAL)), caption="/img@easel_bot sơn dầu", chat=group
    )
    result = await an.result_of(first, chat=group)
    assert "từ ảnh này" in words(result)
    await an.sees("Trong album này mình chỉ nhận được 1 ảnh", chat=group)


async def test_of_an_album_one_is_enlarged_and_that_is_said(story: Story) -> None:
    an = story.person("An", "en")
    first, *_ = send(an, PHOTO, as_file(picture(TEAL)), caption="/upscale 2k")
    await an.sees("I enlarge one picture at a time: this time the one with the caption.")
    assert "This picture, larger" in words(await an.result_of(first))


async def test_an_album_of_seven_is_too_many_for_a_video_and_holds_nothing(story: Story) -> None:
    async def ask(language: str, expected: str) -> None:
        person = story.person("Lan", language)
        before = await said_to(person, "/quota")
        first, *_ = send(
            person, *[samples.picture(9, 9, "JPEG")] * 7, caption="/video x --voice charon"
        )
        assert expected in words(await person.answer_to(first))
        assert before == await said_to(person, "/quota")

    await asyncio.gather(ask("vi", "7 ảnh"), ask("en", "That is 7 pictures"))


# --- results ----------------------------------------------------------------------------------


async def grid_of(person: Person, prompt: str = "chú mèo cam") -> Message:
    return await person.result_of(person.say(f"/img {prompt}"))


async def test_a_command_in_reply_to_a_picked_picture_goes_on_from_it(story: Story) -> None:
    an = story.person("An")
    grid = await grid_of(an)
    picked = await an.result_of(an.say("2", to=grid))
    result = await an.result_of(an.say("/img trong tuyết", to=picked))
    assert "ảnh 2" in words(result)
    assert code_in(grid) in words(result)
    others = quarters(image_of(story, grid))
    other = image_of(story, await grid_of(an, "thành phố đêm mưa"))
    assert is_made_of(image_of(story, result), others[1], other)
    assert not [call for call in story.world.calls if call.method == "getFile"]


async def test_a_video_of_a_picked_picture_needs_no_words(story: Story) -> None:
    an = story.person("An")
    grid = await grid_of(an)
    picked = await an.result_of(an.say("3", to=grid))
    film = await an.result_of(an.say("/video", to=picked))
    assert "chú mèo cam" in words(film)
    assert is_made_of(first_frame(story, film), quarters(image_of(story, grid))[2], picture(PLUM))


async def test_when_no_picture_of_a_grid_is_named_the_bot_asks_which(story: Story) -> None:
    an = story.person("An")
    grid = await grid_of(an)
    asked = an.say("/img trong tuyết", to=grid)
    question = await an.answer_to(asked)
    assert [["1", "2", "3", "4"]] == labels(question)
    await press(an, question, "4")
    result = await an.result_of(asked)
    assert "ảnh 4" in words(result)
    assert "Bạn đã chọn rồi, ảnh đang được làm." == await press(an, question, "2")
    assert 1 == len(bodies(story, "reference-to-image"))


async def test_only_who_asked_says_which_picture(story: Story) -> None:
    an, ben = story.person("An"), story.person("Ben", "en")
    group = story.group("Nhóm vẽ", an, ben)
    grid = await an.result_of(an.say("/img mèo", chat=group), chat=group)
    question = await an.answer_to(an.say("/img trong tuyết", chat=group, to=grid), chat=group)
    assert "This button is not for you." == await press(ben, question, "1")
    assert [] == bodies(story, "reference-to-image")


async def test_ones_own_photo_in_reply_to_a_result_is_blended_with_it_own_first(
    story: Story,
) -> None:
    an = story.person("An")
    grid = await grid_of(an)
    picked = await an.result_of(an.say("1", to=grid))
    [asked] = send(an, PHOTO, caption="/img hòa vào nhau", to=picked)
    result = await an.result_of(asked)
    [body] = bodies(story, "reference-to-image")
    assert 2 == len(body["reference_images"])
    shown = image_of(story, result)
    assert is_made_of(shown.crop((0, 0, 250, 400)), picture(ORANGE), picture(TEAL))


async def test_a_result_still_being_made_is_waited_for_before_going_on(story: Story) -> None:
    an = story.person("An", "en")
    story.town.apiframe.never_finish()
    status = await an.answer_to(an.say("/img a boat"))
    assert "still being made" in await said_to(an, "/img in oil", to=status)


async def test_a_video_of_ours_is_no_picture_to_work_from(story: Story) -> None:
    an = story.person("An", "en")
    film = await an.result_of(an.say("/video waves --len 6"))
    assert "not on videos" in await said_to(an, "/img in oil", to=film)


async def test_an_edited_caption_starts_nothing(story: Story) -> None:
    an = story.person("An")
    [photo] = send(an, PHOTO, caption="đẹp không?")
    await an.answer_to(photo)
    story.world.edit_text(an.user_id, an.user_id, photo["message_id"], "/img sơn dầu")
    assert await said_to(an, "/quota")
    assert not story.town.flow.tasks
