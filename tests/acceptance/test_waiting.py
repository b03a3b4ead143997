"""What people are told while they wait for their turn."""

from story import Story, words
from telling import until


async def test_ones_own_picture_under_way_comes_before_the_next(story: Story) -> None:
    story.town.apiframe.never_finish()
    an = story.person("An")
    await an.answer_to(an.say("/img mèo thứ nhất"))
    await until(lambda: story.town.apiframe.tasks)

    second = await an.answer_to(an.say("/img mèo thứ hai"))
    third = await an.answer_to(an.say("/img mèo thứ ba"))

    assert "Còn 1 yêu cầu phía trước" in words(second)
    assert "Còn 2 yêu cầu phía trước" in words(third)
