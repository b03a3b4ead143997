"""A picture that no provider makes larger is enlarged on this machine: free, and said to be."""

from pathlib import Path

from bringing import TEAL, as_file, picture, send
from story import Story, code_in, living_bot, served_town, settings_for, words
from telling import file_of, image_of, next_result, press, said_to


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


async def test_the_same_picture_enlarged_again_is_the_one_that_is_there(story: Story) -> None:
    an = story.person("An", "en")
    picture = await an.result_of(an.say("/img a cat at the window --with flow"))
    larger = await an.result_of(an.say("upscale 2k", to=picture))

    again = await next_result(an, an.say("upscale 2k", to=picture), after=larger)
    other = await next_result(an, an.say("upscale 4k", to=picture), after=again)

    assert code_in(larger) == code_in(again) != code_in(other)


async def test_a_flood_of_enlargements_is_answered_from_the_sixth_on(tmp_path: Path) -> None:
    async with served_town(tmp_path / "town") as town:
        story = Story(town, tmp_path / "data")
        an = story.person("An", "en")
        environ = settings_for(town, story.data_dir, BOT_ADMIN_IDS=str(an.user_id))
        async with living_bot(environ):
            grid = await an.result_of(an.say("/img a cat --with flow --n 4"))
            await an.answer_to(an.say("/pause local"))  # so that none of them ends meanwhile
            for wish in ("1 2k", "2 2k", "3 2k", "4 2k", "1 4k"):
                await an.answer_to(an.say(f"upscale {wish}", to=grid))
            sixth = await said_to(an, "upscale 2 4k", to=grid)

            assert "5 of your pictures are being enlarged already" in sixth
            assert "Being made: 0 of 1 at once, waiting: 5" in await said_to(an, "/quota")


async def test_an_enlarged_photo_is_varied_only_in_somebodys_words(story: Story) -> None:
    an = story.person("An", "en")
    [asked] = send(
        an, as_file(picture(TEAL)), caption="/upscale 2k", name="me.jpg", as_document=True
    )
    larger = await an.result_of(asked)
    quota = await said_to(an, "/quota")

    assert "Please see the message I just sent." == await press(an, larger, "✨")
    told = await an.sees("the same as a watercolour", after=larger)
    await press(an, larger, "🎬")
    await an.sees("the camera moves slowly closer", after=told)
    assert quota == await said_to(an, "/quota")
    assert not story.town.apiframe.tasks
    assert not story.town.flow.tasks

    varied = await an.result_of(an.say("/img the same as a watercolour", to=larger))
    assert "the same as a watercolour" in words(varied)
