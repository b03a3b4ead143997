"""One's own affairs: what is running, stopping it, language."""

from story import Message, Person, Story, code_in, labels, words
from telling import file_of, forge, in_code, press, said_to, until


async def test_jobs_lists_what_runs_and_what_waits_each_with_its_cancel(story: Story) -> None:
    an = story.person("An")
    story.town.apiframe.never_finish()
    first = await an.answer_to(an.say("/img mèo"))
    second = await an.answer_to(an.say("/img thuyền"))
    answer = await an.answer_to(an.say("/jobs"))
    codes = [code_in(first), code_in(second)]
    assert codes == in_code(answer)
    assert [[f"✖ {code}"] for code in codes] == labels(answer)
    assert "đang chờ · thuyền" in words(answer)
    await press(an, answer, f"✖ {codes[1]}")
    await an.sees(lambda m: m["message_id"] == second["message_id"] and "Đã hủy" in words(m))


async def test_jobs_with_nothing_running_says_how_to_begin(story: Story) -> None:
    an = story.person("An")
    answer = await an.answer_to(an.say("/jobs"))
    [example] = in_code(answer)
    await an.result_of(an.say(example))


async def test_cancelled_before_it_was_ordered_nothing_is_charged(story: Story) -> None:
    an = story.person("An")
    story.town.apiframe.never_finish()
    await an.answer_to(an.say("/img mèo"))
    waiting = await an.answer_to(an.say("/img thuyền"))
    assert "còn 32/40" in await said_to(an, "/quota")
    assert "Đã hủy" in await said_to(an, f"/cancel {code_in(waiting).lower()}")
    closed = await an.sees(lambda m: "Bạn không bị tính phí" in words(m))
    assert waiting["message_id"] == closed["message_id"]
    assert "còn 36/40" in await said_to(an, "/quota")
    assert 1 == len(story.town.apiframe.tasks)


async def test_cancelled_after_it_was_ordered_it_is_kept_and_shown_on_demand(
    story: Story,
) -> None:
    an = story.person("An")
    status = await ordered(an, story)
    code = code_in(status)
    assert f"/show {code}" in await press(an, status, "✖")
    await an.sees(f"/show {code}")
    story.town.apiframe.finish_now(next(iter(story.town.apiframe.tasks)))
    kept = await an.sees("Đã xong và được giữ cho bạn")
    assert status["message_id"] == kept["message_id"]
    result = await an.result_of(an.say(f"/show {code.lower()}"))
    assert code == code_in(result)
    await press(an, result, "V1")
    assert f"từ {code}" in words(await an.answer_to(result))
    assert "photo" not in story.world.message(an.user_id, status["message_id"])


async def ordered(person: Person, story: Story) -> Message:
    """A status message whose picture the provider is working on and will not finish."""
    story.town.apiframe.never_finish()
    status = await person.answer_to(person.say("/img mèo"))
    await until(lambda: story.town.apiframe.tasks)
    return status


async def test_cancel_alone_stops_the_only_one_under_way(story: Story) -> None:
    an = story.person("An")
    status = await ordered(an, story)
    assert code_in(status) in await said_to(an, "/cancel")


async def test_cancel_alone_with_several_under_way_asks_which(story: Story) -> None:
    an = story.person("An")
    await ordered(an, story)
    await an.answer_to(an.say("/img thuyền"))
    question = await an.answer_to(an.say("/cancel"))
    assert 2 == len(labels(question))


async def test_cancel_in_reply_to_the_status_message_stops_that_one(story: Story) -> None:
    an = story.person("An")
    await ordered(an, story)
    waiting = await an.answer_to(an.say("/img thuyền"))
    assert f"Đã hủy {code_in(waiting)}" in await said_to(an, "/cancel", to=waiting)


async def test_cancel_of_what_is_finished_or_not_ones_own_says_so(story: Story) -> None:
    an, binh = story.person("An"), story.person("Bình")
    grid = await an.result_of(an.say("/img mèo"))
    code = code_in(grid)
    assert f"{code} đã kết thúc rồi." == await said_to(an, f"/cancel {code}")
    assert f"Mình không thấy yêu cầu {code}" in await said_to(binh, f"/cancel {code}")


async def test_show_brings_a_result_back_with_buttons_that_work_for_its_owner_only(
    story: Story,
) -> None:
    an, binh = story.person("An"), story.person("Bình")
    grid = await an.result_of(an.say("/img mèo"))
    code = code_in(grid)
    group = story.group("Nhóm vẽ", an, binh)
    shown = await an.result_of(an.say(f"/show@easel_bot {code}", chat=group), chat=group)
    assert grid["photo"] == shown["photo"]
    assert labels(grid) == labels(shown)
    picked = await an.result_of(an.say("2", chat=group, to=shown), chat=group)
    await press(an, picked, "📁")
    assert len(file_of(story, await an.sees(lambda m: "document" in m, chat=group))) > 0
    assert f"Mình không thấy kết quả {code}" in await said_to(binh, f"/show {code}")
    assert "Bạn muốn xem kết quả nào?" in await said_to(an, "/show")


async def test_lang_is_ones_own_choice_and_goes_before_the_phones(story: Story) -> None:
    an = story.person("An", "en")
    assert "tiếng Việt" in await said_to(an, "/lang VI")
    assert "Mình làm được gì" in await said_to(an, "/help")
    assert "Bạn muốn mình nói tiếng gì?" == await said_to(an, "/lang")
    question = await an.answer_to(an.say("/lang fr"))
    assert [["Tiếng Việt", "English"]] == labels(question)
    assert not await forge(an, question, "l:::xx")


async def test_the_operators_commands_are_refused_politely_and_say_what_to_do_instead(
    story: Story,
) -> None:
    an = story.person("An", "en")
    answer = await said_to(an, "/admin")
    assert "Only the operators of this bot can use that. /help shows what you can do." == answer
    for command in ("/grant 1 5000", "/stats", "/ban 5", "/pause flow"):
        assert answer == await said_to(an, command)


async def test_what_is_not_built_yet_says_so_and_points_to_help(story: Story) -> None:
    an = story.person("An")
    assert "/help" in await said_to(an, "/mydata")
