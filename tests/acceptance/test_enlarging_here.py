"""A picture that no provider makes larger is enlarged on this machine: free, and said to be."""

from story import Story, words
from telling import file_of, image_of, press


async def test_a_flow_picture_is_enlarged_to_2k_here_for_nothing(story: Story) -> None:
    an = story.person("An", "en")
    picture = await an.result_of(an.say("/img a cat at the window --with flow"))
    quota = words(await an.answer_to(an.say("/quota")))

    asked = an.say("upscale 2k", to=picture)
    larger = await an.result_of(asked)

    assert "Easel" in words(larger)
    assert quota == words(await an.answer_to(an.say("/quota")))
    await press(an, larger, "📁")
    original = await an.sees(lambda message: "document" in message, after=larger)
    assert file_of(story, original).startswith(b"\xff\xd8\xff")
    assert 2048 == max(image_of(story, original).size)


async def test_nobody_can_order_a_picture_from_the_enlarger(story: Story) -> None:
    an = story.person("An", "en")
    answer = words(await an.answer_to(an.say("/img a cat --with local")))

    assert "apiframe, flow" in answer
