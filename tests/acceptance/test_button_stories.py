"""Buttons: every result is a door to the next, and no button is a trap."""

from story import Message, Person, Story, code_in, is_media, labels, words
from telling import (
    answers,
    forge,
    image_of,
    in_code,
    later,
    likest,
    next_result,
    press,
    quarters,
    said_to,
)

from bot.sandbox.darkroom import open_picture


async def grid_of(person: Person, *, chat: int | None = None) -> Message:
    return await person.result_of(person.say("/img@easel_bot vườn hoa", chat=chat), chat=chat)


async def album_after(person: Person, grid: Message, after: Message) -> list[Message]:
    """The four files that answer a press on Files."""
    last = after["message_id"]
    await person.sees(lambda m: "document" in m and m["message_id"] == last + 4)
    return [m for m in person.from_bot() if "document" in m and last < m["message_id"]]


async def test_the_numbers_show_each_picture_alone(story: Story) -> None:
    an = story.person("An")
    grid = await grid_of(an)
    shown = grid
    for number in ("1", "2", "3", "4"):
        assert "Có ngay!" == await press(an, grid, number)
        shown = await next_result(an, grid, after=shown)
        assert int(number) == likest(image_of(story, shown), quarters(image_of(story, grid)))
        assert f"ảnh {number}" in words(shown)
        assert code_in(grid) == code_in(shown)


async def test_the_same_number_pressed_twice_shows_the_same_picture_and_costs_nothing(
    story: Story,
) -> None:
    an = story.person("An")
    grid = await grid_of(an)
    before = await said_to(an, "/quota")
    await press(an, grid, "2")
    first = await next_result(an, grid, after=grid)
    await press(an, grid, "2")
    second = await next_result(an, grid, after=first)
    assert first["photo"] == second["photo"]
    uploads = [c for c in story.world.calls if c.method == "sendPhoto"]
    assert first["photo"][-1]["file_id"] == uploads[-1].parameters["photo"]
    assert before == await said_to(an, "/quota")


async def test_v1_to_v4_make_variations_of_that_picture(story: Story) -> None:
    an = story.person("An")
    grid = await grid_of(an)
    assert "Đã nhận!" == await press(an, grid, "V2")
    varied = await next_result(an, grid, after=grid)
    assert f"Biến thể của ảnh 2, từ {code_in(grid)}" in words(varied)
    await press(an, varied, "V4")
    again = await an.result_of(varied)
    assert f"Biến thể của ảnh 4, từ {code_in(varied)}" in words(again)


async def test_redo_makes_the_same_words_anew(story: Story) -> None:
    an = story.person("An")
    grid = await grid_of(an)
    await press(an, grid, "🔄")
    anew = await next_result(an, grid, after=grid)
    assert code_in(grid) != code_in(anew)
    assert "vườn hoa" in words(anew)
    assert image_of(story, grid).tobytes() != image_of(story, anew).tobytes()


async def test_redo_of_an_upscale_works_on_the_same_picture_again(story: Story) -> None:
    an = story.person("An")
    grid = await grid_of(an)
    larger = await an.result_of(an.say("upscale 3", to=grid))
    await press(an, larger, "🔄")
    anew = await next_result(an, larger, after=larger)
    assert f"Phóng to ảnh 3, từ {code_in(grid)}" in words(anew)


async def test_files_are_the_originals_pixel_for_pixel_in_one_album(story: Story) -> None:
    an = story.person("An")
    grid = await grid_of(an)
    await press(an, grid, "📁")
    files = await album_after(an, grid, grid)
    media = story.town.apiframe._darkroom.folder
    [task_id] = story.town.apiframe.tasks
    served = [open_picture(media / task_id / f"{tile}.png").tobytes() for tile in (1, 2, 3, 4)]
    assert served == [image_of(story, file).tobytes() for file in files]
    assert 1 == len({file["media_group_id"] for file in files})
    names = [file["document"]["file_name"] for file in files]
    assert [f"easel-{code_in(grid)}-{tile}.png" for tile in (1, 2, 3, 4)] == names


async def test_files_asked_for_twice_are_not_uploaded_twice(story: Story) -> None:
    an = story.person("An")
    grid = await grid_of(an)
    await press(an, grid, "📁")
    first = await album_after(an, grid, grid)
    await press(an, grid, "📁")
    second = await album_after(an, grid, first[-1])
    assert [m["document"] for m in first] == [m["document"] for m in second]
    asked_for = [c.parameters["media"] for c in story.world.calls if c.method == "sendMediaGroup"]
    sent = [item["media"] for item in asked_for[-1]]
    assert [m["document"]["file_id"] for m in first] == sent


async def test_a_single_picture_offers_variations_and_upscales_of_both_strengths(
    story: Story,
) -> None:
    an = story.person("An")
    grid = await grid_of(an)
    picked = await an.result_of(an.say("1", to=grid))
    made = picked
    for button, strength in (
        ("✨ Biến thể", "mạnh"),
        ("🪄 Nhẹ", "nhẹ"),
        ("🔍 Phóng to", "nhẹ"),
        ("🌟 Sáng tạo", "sáng tạo"),
    ):
        await press(an, picked, button)
        made = await next_result(an, picked, after=made)
        assert f"ảnh 1, từ {code_in(grid)}" in words(made)
        assert strength in words(made)


async def test_an_upscale_can_be_varied_enlarged_again_redone_and_had_as_a_file(
    story: Story,
) -> None:
    an = story.person("An")
    grid = await grid_of(an)
    larger = await an.result_of(an.say("upscale 1", to=grid))
    assert [
        ["✨ Biến thể", "🪄 Nhẹ"],
        ["🔍 Phóng to", "🌟 Sáng tạo"],
        ["⬅️ Trái", "➡️ Phải", "⬆️ Lên", "⬇️ Xuống"],
        ["🔭 2×", "🔭 1.5×"],
        ["⬜ Vuông", "🔭 Số khác…"],
        ["🎬 Làm video"],
        ["🔄 Làm lại", "📁 Tệp gốc"],
    ] == labels(larger)


async def test_a_flow_picture_offers_what_can_be_done_with_the_picture_itself(story: Story) -> None:
    an = story.person("An")
    pictures = await an.result_of(an.say("/img hồ sen --n 2 --with flow"))
    assert [
        ["1", "2"],
        ["V1", "V2"],
        ["🔄 Làm lại", "📁 Tệp gốc"],
    ] == labels(pictures)
    picked = await an.result_of(an.say("2", to=pictures))
    assert [
        ["✨ Biến thể"],
        ["🔍 2K", "🔍 4K"],
        ["🎬 Làm video"],
        ["🔄 Làm lại", "📁 Tệp gốc"],
    ] == labels(picked)


async def test_a_year_old_button_still_works(story: Story) -> None:
    an = story.person("An")
    grid = await grid_of(an)
    with later(365 * 24 * 3600):
        await press(an, grid, "3")
        picked = await next_result(an, grid, after=grid)
        await press(an, grid, "V1")
        varied = await next_result(an, grid, after=picked)
    assert f"Biến thể của ảnh 1, từ {code_in(grid)}" in words(varied)


async def test_who_presses_in_a_group_pays(story: Story) -> None:
    an, binh = story.person("An"), story.person("Bình")
    group = story.group("Nhóm vẽ", an, binh)
    grid = await grid_of(an, chat=group)
    await press(binh, grid, "V1")
    await next_result(binh, grid, after=grid, chat=group)
    assert "còn 36/40" in await said_to(an, "/quota")
    assert "còn 36/40" in await said_to(binh, "/quota")


async def test_only_who_asked_can_cancel(story: Story) -> None:
    an, binh = story.person("An"), story.person("Bình")
    group = story.group("Nhóm vẽ", an, binh)
    story.town.apiframe.never_finish()
    status = await an.answer_to(an.say("/img@easel_bot ngựa", chat=group), chat=group)
    assert "Chỉ người đặt mới hủy được yêu cầu này." == await press(binh, status, "✖")


async def test_forged_buttons_are_refused_and_cost_nothing(story: Story) -> None:
    an, mallory = story.person("An"), story.person("Mallory", "en")
    grid = await grid_of(an)
    code = code_in(grid)
    hers = await mallory.answer_to(mallory.say("/help"))
    before = await said_to(mallory, "/quota")
    for data in (f"p:{code}:1:", f"f:{code}::", f"v:{code}:1:", f"r:{code}::", f"c:{code}::"):
        assert "This button is not for you." == await forge(mallory, hers, data)
    for data in ("p:ZZZZZZ:1:", f"x:{code}::", "r:::"):
        assert "This button is not for you." == await forge(mallory, hers, data)
    for data in ("", "nonsense", "p", "p:::::", f"J:{code}:1:", f"p:{code}:-1:", f"p:{code}:x:"):
        assert not await forge(mallory, hers, data)
    assert before == await said_to(mallory, "/quota")
    assert not [m for m in mallory.from_bot() if is_media(m)]


async def test_forged_numbers_on_ones_own_picture_are_answered_and_start_nothing(
    story: Story,
) -> None:
    an = story.person("An", "en")
    grid = await an.result_of(an.say("/img a garden"))
    code = code_in(grid)
    nothing = "There is nothing to show for this."
    assert nothing == await forge(an, grid, f"p:{code}:9:")
    assert nothing == await forge(an, grid, f"p:{code}::")
    assert nothing == await forge(an, grid, f"f:{code}:9:")
    for number in ("9" * 40, str(2**63), "-1", "x"):
        assert "You have chosen already; it is on its way." == await forge(
            an, grid, f"g:{code}:1:{number}"
        )
    refused = "Please see the message I just sent."
    assert refused == await forge(an, grid, f"v:{code}:9:")
    assert refused == await forge(an, grid, f"u:{code}:1:huge")
    for factor in ("1.5e0", "1_1", "+1.5", " 1.5", "nan", "１.５", "1.5000", "99"):
        assert refused == await forge(an, grid, f"z:{code}:1:{factor}")
    assert "Being made: 0 of 1 at once" in await said_to(an, "/quota")


async def test_try_again_after_a_failure_makes_it_after_all(story: Story) -> None:
    an = story.person("An")
    story.town.apiframe.fail_next("/imagine", status=400, body=b'{"errors":[{"msg":"bad words"}]}')
    status = await an.sees("nhà cung cấp không cho phép", after=an.say("/img mèo"))
    assert [["🔄 Thử lại"]] == labels(status)
    assert "còn 40/40" in await said_to(an, "/quota")
    await press(an, status, "🔄")
    result = await an.sees(lambda m: is_media(m) and answers(m, status))
    assert "mèo" in words(result)


async def test_a_code_is_set_so_that_one_tap_copies_it(story: Story) -> None:
    an = story.person("An")
    grid = await grid_of(an)
    assert [code_in(grid)] == in_code(grid)
