"""What people are told while they wait for their turn."""

from story import Story, words


async def test_ones_own_picture_under_way_comes_before_the_next(story: Story) -> None:
    story.town.apiframe.never_finish()
    an = story.person("An")
    first = await an.answer_to(an.say("/img mèo thứ nhất"))
    await an.sees(lambda m: m["message_id"] == first["message_id"] and "Đang tạo" in words(m))

    second = await an.answer_to(an.say("/img mèo thứ hai"))
    third = await an.answer_to(an.say("/img mèo thứ ba"))

    assert "Trước bạn còn 1 yêu cầu" in words(second)
    assert "Trước bạn còn 2 yêu cầu" in words(third)
