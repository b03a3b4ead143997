"""Replies: any of the bot's results, answered with a word, goes on from exactly that picture."""

import pytest
from story import Message, Person, Story, code_in, is_media, labels, words
from telling import (
    file_of,
    image_of,
    in_code,
    later,
    likest,
    next_result,
    press,
    quarters,
    said_to,
    unlikeness,
)

DAY_S = 24 * 3600


async def grid_of(person: Person, prompt: str = "chú mèo cam", chat: int | None = None) -> Message:
    return await person.result_of(person.say(f"/img {prompt}", chat=chat), chat=chat)


@pytest.mark.parametrize("said", ["/upscale 2", "upscale 2", "phóng to 2", "u2", "Phóng to  2"])
async def test_a_reply_that_asks_for_the_second_picture_larger_gets_it_larger(
    story: Story, said: str
) -> None:
    an = story.person("An")
    grid = await grid_of(an)
    larger = await an.result_of(an.say(said, to=grid))
    assert f"Phóng to ảnh 2, từ {code_in(grid)}" in words(larger)
    assert 2 == likest(image_of(story, larger), quarters(image_of(story, grid)))


async def test_an_upscale_has_twice_the_pixels_of_its_tile_each_way(story: Story) -> None:
    an = story.person("An")
    grid = await grid_of(an, "sóng biển --ar 3:2")
    asked = an.say("4", to=grid)
    tile = await an.result_of(asked)
    larger = await an.result_of(an.say("upscale", to=tile))
    await press(an, tile, "📁")
    tile_file = await next_result(an, tile, after=larger)
    await press(an, larger, "📁")
    larger_file = await next_result(an, larger, after=tile_file)
    width, height = image_of(story, tile_file).size
    assert (2 * width, 2 * height) == image_of(story, larger_file).size
    assert 3 / 2 == pytest.approx(width / height, abs=0.01)


async def test_v3_makes_variations_that_look_like_the_third_picture(story: Story) -> None:
    an = story.person("An")
    other = image_of(story, await grid_of(an, "thành phố đêm mưa"))
    grid = await grid_of(an)
    varied = await an.result_of(an.say("v3", to=grid))
    assert f"Biến thể của ảnh 3, từ {code_in(grid)}" in words(varied)
    assert "mạnh" in words(varied)
    assert ["1", "2", "3", "4"] == labels(varied)[0]
    parent = quarters(image_of(story, grid))[2]
    for variation in quarters(image_of(story, varied)):
        assert 0 < unlikeness(variation, parent) < unlikeness(variation, other)


async def test_a_number_alone_shows_that_picture_with_its_own_buttons_for_free(
    story: Story,
) -> None:
    an = story.person("An")
    grid = await grid_of(an)
    before = await an.answer_to(an.say("/quota"))
    picked = await an.result_of(an.say("2", to=grid))
    after = await an.answer_to(an.say("/quota"))
    assert 2 == likest(image_of(story, picked), quarters(image_of(story, grid)))
    assert [
        ["✨ Biến thể", "🪄 Nhẹ"],
        ["🔍 Phóng to", "🌟 Sáng tạo"],
        ["⬅️ Trái", "➡️ Phải", "⬆️ Lên", "⬇️ Xuống"],
        ["🔭 2×", "🔭 1.5×"],
        ["⬜ Vuông", "🔭 Số khác…"],
        ["🎬 Làm video"],
        ["🔄 Làm lại", "📁 Tệp gốc"],
    ] == labels(picked)
    assert words(before) == words(after)


async def test_a_reply_to_a_picked_picture_needs_no_number(story: Story) -> None:
    an = story.person("An")
    grid = await grid_of(an)
    picked = await an.result_of(an.say("3", to=grid))
    larger = await an.result_of(an.say("phóng to sáng tạo", to=picked))
    assert f"Phóng to ảnh 3, từ {code_in(grid)}" in words(larger)
    assert "sáng tạo" in words(larger)


async def test_a_reply_to_one_file_of_an_album_means_that_picture(story: Story) -> None:
    an = story.person("An")
    grid = await grid_of(an)
    await press(an, grid, "📁")
    await an.sees(lambda m: "document" in m and m["message_id"] == grid["message_id"] + 4)
    third = [m for m in an.from_bot() if "document" in m][2]
    varied = await an.result_of(an.say("vary subtle", to=third))
    assert f"Biến thể của ảnh 3, từ {code_in(grid)}" in words(varied)
    assert "nhẹ" in words(varied)


async def test_a_reply_to_a_single_file_means_that_picture(story: Story) -> None:
    an = story.person("An")
    grid = await grid_of(an)
    picked = await an.result_of(an.say("4", to=grid))
    await press(an, picked, "📁")
    file = await an.sees(lambda m: "document" in m)
    assert len(file_of(story, file)) > 0
    larger = await an.result_of(an.say("/upscale", to=file))
    assert f"Phóng to ảnh 4, từ {code_in(grid)}" in words(larger)


async def test_a_reply_to_an_upscale_goes_on_from_the_upscale(story: Story) -> None:
    an = story.person("An")
    grid = await grid_of(an)
    larger = await an.result_of(an.say("upscale 1", to=grid))
    varied = await an.result_of(an.say("vary", to=larger))
    assert f"Biến thể của ảnh 1, từ {code_in(larger)}" in words(varied)


async def test_when_no_picture_is_named_the_bot_asks_which_with_buttons(story: Story) -> None:
    an = story.person("An")
    grid = await grid_of(an)
    question = await an.answer_to(an.say("/upscale creative", to=grid))
    assert "Bạn muốn ảnh số mấy?" == words(question)
    assert [["1", "2", "3", "4"]] == labels(question)
    await press(an, question, "3")
    larger = await an.result_of(question)
    assert f"Phóng to ảnh 3, từ {code_in(grid)}" in words(larger)
    assert "sáng tạo" in words(larger)


async def test_a_reply_to_a_picture_still_being_made_is_asked_to_wait(story: Story) -> None:
    an = story.person("An")
    story.town.apiframe.never_finish()
    status = await an.answer_to(an.say("/img thuyền buồm"))
    wait = f"{code_in(status)} vẫn đang được làm. Xong là bạn làm tiếp được ngay nhé."
    assert wait == await said_to(an, "2", to=status)
    assert wait == await said_to(an, "/upscale 2", to=status)


async def test_a_caption_on_a_photo_that_replies_acts_on_the_result_replied_to(
    story: Story,
) -> None:
    an = story.person("An")
    grid = await grid_of(an)
    photo = story.picture_of(grid)
    [sent] = story.world.send_files(
        an.user_id,
        an.user_id,
        [("note.jpg", photo)],
        caption="/upscale 2",
        reply_to=grid["message_id"],
    )
    larger = await an.result_of(sent)
    assert f"Phóng to ảnh 2, từ {code_in(grid)}" in words(larger)


async def test_a_reply_months_later_still_means_that_old_picture(story: Story) -> None:
    an = story.person("An")
    old = await grid_of(an)
    with later(90 * DAY_S):
        await grid_of(an, "đồi hoa")
        larger = await an.result_of(an.say("upscale 1", to=old))
    assert f"từ {code_in(old)}" in words(larger)


async def test_talk_in_reply_to_a_picture_starts_nothing_but_an_offer(story: Story) -> None:
    an = story.person("An")
    grid = await grid_of(an)
    answer = await an.answer_to(an.say("đẹp quá", to=grid))
    assert "/img đẹp quá" == in_code(answer)[0]
    assert not is_media(answer)


async def test_a_result_knows_its_family_down_to_the_grandchild(story: Story) -> None:
    an = story.person("An", "en")
    grid = await an.result_of(an.say("/img a boat at dawn"))
    varied = await an.result_of(an.say("vary 2 strong", to=grid))
    larger = await an.result_of(an.say("upscale 4", to=varied))
    assert f"Upscale of picture 4 from {code_in(varied)}" in words(larger)
