"""The documents' own workflows, told from the chat: what the providers' guides show first."""

from PIL import Image
from story import Message, Person, Story, code_in, labels, words
from telling import image_of, next_result, press, unlikeness


async def grid_of(person: Person, said: str = "/img ly gốm trên nền vải linen") -> Message:
    return await person.result_of(person.say(said))


def submits(story: Story, path: str) -> list[dict[str, object]]:
    """The bodies of the calls to one route of either provider."""
    calls = [*story.town.apiframe.calls, *story.town.flow.calls]
    return [call.body for call in calls if call.path.endswith(path)]


async def test_imagine_then_upscale_creative_1(story: Story) -> None:
    an = story.person("An")
    grid = await grid_of(an)
    larger = await an.result_of(an.say("/upscale 1 creative", to=grid))
    task_id, _ = story.town.apiframe.tasks
    [body] = submits(story, "/pro/upscale")
    assert (task_id, "1", "creative") == (body["parent_task_id"], body["index"], body["type"])
    assert f"Phóng to ảnh 1, từ {code_in(grid)}" in words(larger)


async def test_imagine_turbo_then_pan_right_2(story: Story) -> None:
    an = story.person("An")
    grid = await grid_of(an, "/img ly gốm trên nền vải linen --turbo")
    assert "turbo" == submits(story, "/pro/imagine")[0]["mode"]
    wider = await an.result_of(an.say("/pan 2 right", to=grid))
    [body] = submits(story, "/pro/pan")
    assert ("2", "right") == (body["index"], body["type"])
    assert f"Mở rộng ảnh 2, từ {code_in(grid)}" in words(wider)
    before, after = image_of(story, grid), image_of(story, wider)
    assert after.width / after.height > before.width / before.height


async def test_vary_subtle_2(story: Story) -> None:
    an = story.person("An")
    grid = await grid_of(an)
    await an.result_of(an.say("/vary 2 subtle", to=grid))
    [body] = submits(story, "/pro/vary")
    assert ("2", "subtle") == (body["index"], body["type"])


async def test_zoom_1_5(story: Story) -> None:
    an = story.person("An")
    grid = await grid_of(an)
    farther = await an.result_of(an.say("/zoom 1 1.5", to=grid))
    [body] = submits(story, "/pro/zoom")
    assert ("1", "1.5") == (body["index"], body["type"])
    assert f"Lùi xa ảnh 1, từ {code_in(grid)}" in words(farther)


async def test_a_picture_from_words_in_4k(story: Story) -> None:
    an = story.person("An")
    result = await grid_of(an, "/img ly gốm --with flow --hd 4k")
    [body] = submits(story, "/text-to-image")
    assert "4K" == body["upscale_quality"]
    assert "4K" in words(result)
    await press(an, result, "📁")
    original = await an.sees(lambda m: "document" in m, after=result)
    assert 4096 == max(image_of(story, original).size)


async def test_a_photo_becomes_a_video(story: Story) -> None:
    an = story.person("An")
    grid = await grid_of(an)
    photo = story.picture_of(grid)
    [sent] = story.world.send_files(
        an.user_id, an.user_id, [("me.jpg", photo)], caption="/video máy quay tiến lại gần"
    )
    film = await an.result_of(sent)
    assert film["video"]
    assert 1 == len(submits(story, "/image-to-video"))


async def test_a_product_photo_becomes_an_advert_and_then_a_film(story: Story) -> None:
    an = story.person("An")
    product = story.picture_of(await grid_of(an))
    [sent] = story.world.send_files(
        an.user_id,
        an.user_id,
        [("product.jpg", product)],
        caption="/img ly gốm trên bàn gỗ, ánh sáng studio --ar 9:16",
    )
    advert = await an.result_of(sent)
    [made] = submits(story, "/reference-to-image")
    assert "9:16" == made["aspect_ratio"]
    film = await an.result_of(an.say("/video khói bay lên từ ly", to=advert))
    assert f"Video từ ảnh 1 của {code_in(advert)}" in words(film)
    [filmed] = submits(story, "/image-to-video")
    assert "9:16" == filmed["aspect_ratio"]


async def test_a_chain_goes_on_as_deep_as_people_go(story: Story) -> None:
    an = story.person("An")
    result = await grid_of(an)
    for line, told in (
        ("/zoom 2 square", "Lùi xa ảnh 2"),
        ("/pan 3 left", "Mở rộng ảnh 3"),
        ("/vary 4 strong", "Biến thể của ảnh 4"),
        ("/upscale 1", "Phóng to ảnh 1"),
        ("/pan up", "Mở rộng ảnh 1"),
        ("/zoom 1 1.8", "Lùi xa ảnh 1"),
        ("/vary 1", "Biến thể của ảnh 1"),
    ):
        parent = code_in(result)
        result = await an.result_of(an.say(line, to=result))
        assert f"{told}, từ {parent}" in words(result)
    assert ["1", "1.8"] == [body["type"] for body in submits(story, "/pro/zoom")]


async def test_one_chain_across_both_providers(story: Story) -> None:
    an = story.person("An", "en")
    grid = await grid_of(an, "/img a lighthouse at dusk")
    await press(an, grid, "2")
    picked = await next_result(an, grid, after=grid)
    await press(an, picked, "🔭 2×")
    farther = await next_result(an, picked, after=picked)
    await press(an, farther, "1")
    one = await next_result(an, farther, after=farther)
    ordering = story.town.flow.hold_next("/image-to-video")
    await press(an, one, "🎬")
    status = await an.answer_to(one)
    assert "Midjourney can't do this, so Flow AI makes it from the picture itself." in words(status)
    ordering.release()
    film = await next_result(an, one, after=one)
    assert film["video"]
    assert f"Video from picture 1 of {code_in(farther)}" in words(film)


async def test_a_variation_of_a_flow_picture_is_drawn_from_the_picture_itself(
    story: Story,
) -> None:
    an = story.person("An", "en")
    lake = await an.result_of(an.say("/img a lake --with flow --n 2"))
    ordering = story.town.flow.hold_next("/reference-to-image")
    asked = an.say("vary 2", to=lake)
    assert "Flow AI draws it anew from the picture itself." in words(await an.answer_to(asked))
    ordering.release()
    varied = await an.result_of(asked)
    assert f"New picture from picture 2 of {code_in(lake)}" in words(varied)
    [body] = submits(story, "/reference-to-image")
    assert ["a lake"] == body["prompts"]


async def test_new_words_for_a_midjourney_picture_are_drawn_by_who_can_take_them(
    story: Story,
) -> None:
    an = story.person("An", "en")
    grid = await grid_of(an, "/img a lighthouse")
    ordering = story.town.flow.hold_next("/reference-to-image")
    asked = an.say("/vary 3 the same lighthouse at night", to=grid)
    status = await an.answer_to(asked)
    assert "Midjourney can't do this, so Flow AI makes it" in words(status)
    ordering.release()
    await an.result_of(asked)
    [body] = submits(story, "/reference-to-image")
    assert ["the same lighthouse at night"] == body["prompts"]


async def test_a_picture_is_enlarged_here_for_nothing(story: Story) -> None:
    an = story.person("An", "en")
    lake = await an.result_of(an.say("/img a lake --with flow"))
    assert ["🔍 2K", "🔍 4K"] in labels(lake)
    quota = words(await an.answer_to(an.say("/quota")))
    await press(an, lake, "🔍 4K")
    large = await next_result(an, lake, after=lake)
    assert f"Picture 1 from {code_in(lake)}, enlarged" in words(large)
    assert "free" in words(large)
    await press(an, large, "📁")
    original = await an.sees(lambda m: "document" in m, after=large)
    enlarged = image_of(story, original)
    assert 4096 == max(enlarged.size)
    small = image_of(story, lake).resize(enlarged.size, Image.Resampling.BICUBIC)
    assert unlikeness(small, enlarged) < 4
    assert quota == words(await an.answer_to(an.say("/quota")))
    assert "This picture is 4096×4096 already" in words(
        await an.answer_to(an.say("/upscale 4k", to=large))
    )
