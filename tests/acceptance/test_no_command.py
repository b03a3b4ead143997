"""Words without a command, pictures without words: what to send is said, with the picture it needs."""

from bringing import PHOTO, send
from story import Message, Story, is_media, words
from telling import in_code, press, said_to


async def test_words_under_an_own_photo_are_offered_as_a_line_that_goes_with_the_photo(
    story: Story,
) -> None:
    an = story.person("An")
    [photo] = send(an, PHOTO, caption="làm ảnh này đẹp hơn")
    hint = await an.answer_to(photo)
    assert "trả lời (reply) chính ảnh bạn vừa gửi" in words(hint)
    line = in_code(hint)[0]
    assert "/img làm ảnh này đẹp hơn" == line
    result = await an.result_of(an.say(line, to=photo))
    assert "1 ảnh · từ" in words(result)
    again = await an.result_of(send(an, PHOTO, caption=line)[0])
    assert "1 ảnh · từ" in words(again)


async def test_words_in_reply_to_a_picture_are_offered_as_a_reply_to_it(story: Story) -> None:
    an = story.person("An", "en")
    grid = await an.result_of(an.say("/img a red barn"))
    await press(an, grid, "2")
    picked = await an.sees(is_media, after=grid)
    [photo] = send(an, PHOTO)
    for picture in (grid, picked, photo):
        hint = await an.answer_to(an.say("take the background away", to=picture))
        assert "Reply to that very picture" in words(hint)
        assert "/img take the background away" == in_code(hint)[0]
    result = await an.result_of(an.say("/img take the background away", to=picked))
    assert "1 picture" in words(result)


async def test_words_about_a_video_are_not_offered_as_pictures(story: Story) -> None:
    an = story.person("An", "en")
    film = await an.result_of(an.say("/video waves"))
    hint = words(await an.answer_to(an.say("slower please", to=film)))
    assert hint.startswith("I can't change a finished video yet.")


async def test_a_forgotten_slash_is_put_before_the_command(story: Story) -> None:
    an = story.person("An")
    for said, line in (("img mèo", "/img mèo"), ("Video sóng", "/Video sóng")):
        assert [line] == in_code(await an.answer_to(an.say(said)))
    [photo] = send(an, PHOTO, caption="upscale 4k")
    assert "/upscale 4k" == in_code(await an.answer_to(photo))[0]


async def test_a_list_with_words_is_told_which_caption_it_needs(story: Story) -> None:
    an = story.person("An", "en")
    [file] = send(an, b"a cat\na dog", caption="hello", name="a.txt", as_document=True)
    hint = words(await an.answer_to(file))
    assert hint.startswith("I read this .txt file when its caption is /img")


async def test_a_picture_without_a_word_is_told_what_to_do_with_it_an_album_once(
    story: Story,
) -> None:
    an = story.person("An")
    [photo] = send(an, PHOTO)
    assert words(await an.answer_to(photo)).startswith("Mình nhận được ảnh rồi!")
    [file] = send(an, b"a cat\na dog", name="a.txt", as_document=True)
    assert "chú thích là /img" in words(await an.answer_to(file))
    album = send(an, PHOTO, PHOTO, PHOTO)
    await an.answer_to(album[0])
    await said_to(an, "/help")
    assert 1 == len([m for m in an.from_bot() if answers(m, album)])


async def test_an_album_with_a_command_is_not_asked_what_it_is_for(story: Story) -> None:
    an = story.person("An", "en")
    album = send(an, PHOTO, PHOTO, caption="/img as one")
    await an.result_of(album[0])
    assert not [m for m in an.from_bot() if words(m).startswith("I have your picture")]


async def test_a_picture_in_a_group_is_not_answered(story: Story) -> None:
    an = story.person("An")
    group = story.group("Nhóm vẽ", an)
    send(an, PHOTO, chat=group)
    await an.answer_to(an.say("/help@easel_bot", chat=group), chat=group)
    assert not [m for m in an.from_bot(group) if "nhận được ảnh" in words(m)]


def answers(message: Message, asked: list[Message]) -> bool:
    replied = message.get("reply_to_message", {}).get("message_id")
    return replied in {each["message_id"] for each in asked}
