"""Several lines, a choice in braces or a text file are several requests: one question, one
progress message, every result as it comes, albums in the end."""

import contextlib
import sqlite3

import pytest
from bringing import PHOTO, send
from story import Message, Person, Story, is_media, labels, words
from telling import answers, edits_of, forge, in_code, press, said_to, until

THREE = "/img@easel_bot\na cat\na dog\na fish\n--with flow"


def results(person: Person, asked: Message, chat: int | None = None) -> list[Message]:
    return [m for m in person.from_bot(chat) if is_media(m) and answers(m, asked)]


def albums(person: Person, chat: int | None = None) -> list[list[Message]]:
    found: dict[str, list[Message]] = {}
    for message in person.from_bot(chat):
        if "media_group_id" in message:
            found.setdefault(message["media_group_id"], []).append(message)
    return list(found.values())


def now(person: Person, message: Message) -> Message:
    return person.world.message(message["chat"]["id"], message["message_id"])


async def summary_of(person: Person, question: Message) -> str:
    """What the one message says in the end."""
    await person.world.wait_for(lambda _: "Cost:" in words(now(person, question)))
    return words(now(person, question))


async def test_three_lines_are_asked_about_with_their_price_and_made_as_they_come(
    story: Story,
) -> None:
    an = story.person("An", "en")
    asked = an.say(THREE)
    question = await an.answer_to(asked)
    assert (
        "📋 3 requests · 3 pictures\n"
        "Flow AI · 1 picture\n"
        "1. a cat\n"
        "2. a dog\n"
        "3. a fish\n"
        "\n"
        "All free: 3 from today’s allowance.\n"
        "Nothing is charged yet. Shall I begin?"
    ) == words(question)
    assert [
        ["✅ Make all 3 · free"],
        ["🖼 As one request · free"],
        ["✖ Never mind"],
    ] == labels(question)
    assert not story.town.flow.tasks
    assert "Got it!" == await press(an, question, "✅")
    ended = await summary_of(an, question)
    assert "✅ 3 of 3 done\nCost: nothing, 3 of today’s free ones" in ended
    assert [] == labels(now(an, question))
    [album] = await until(lambda: albums(an) or None)
    singles = [m for m in results(an, asked) if "media_group_id" not in m]
    assert {"1/3", "2/3", "3/3"} == {words(m).split(" · ")[-2] for m in singles}
    assert 3 == len(singles) == len(album)
    assert 3 == len(story.town.flow.tasks)
    assert "37 of 40" in await said_to(an, "/quota")


async def test_a_reply_to_an_album_item_acts_on_just_that_one(story: Story) -> None:
    an = story.person("An", "en")
    question = await an.answer_to(an.say(THREE))
    await press(an, question, "✅")
    await summary_of(an, question)
    [album] = await until(lambda: albums(an) or None)
    assert "a dog" in words(await an.result_of(an.say("/upscale 2k", to=album[1])))


async def test_a_choice_in_braces_is_made_for_each_and_offers_no_single_one(story: Story) -> None:
    an = story.person("An", "en")
    question = await an.answer_to(an.say("/img a {red, blue} hat --with flow"))
    assert "1. a red hat\n2. a blue hat" in words(question)
    assert [["✅ Make all 2 · free"], ["✖ Never mind"]] == labels(question)
    await press(an, question, "✅")
    await summary_of(an, question)
    prompts = [task.body["prompts"] for task in story.town.flow.tasks.values()]
    assert [["a red hat"], ["a blue hat"]] == prompts


async def asked(person: Person, text: str) -> list[str]:
    """The question's lines before the empty one, without the title."""
    question = await person.answer_to(person.say(text))
    return words(question).split("\n\n")[0].splitlines()[1:]


async def test_what_differs_is_said_behind_each_line_and_what_all_share_once(story: Story) -> None:
    an = story.person("An", "en")
    assert [
        "Midjourney · 4 pictures",
        "1. cat · 16:9",
        "2. cat · 1:1",
    ] == await asked(an, "/img cat --ar {16:9,1:1}")
    assert [
        "Midjourney · 4 pictures",
        "1. cat · --no a",
        "2. cat · --no b",
    ] == await asked(an, "/img cat --no {a,b}")
    assert [
        "Midjourney · 16:9 · turbo · 4 pictures",
        "1. cat",
        "2. dog",
    ] == await asked(an, "/img\n--ar 16:9\n--turbo\ncat\ndog")
    assert [
        "1. cat · Flow AI · 2 pictures",
        "2. dog · Midjourney · 4 pictures",
    ] == await asked(an, "/img cat --n 2 --with flow\ndog")


async def test_long_lines_are_cut_where_they_do_not_differ(story: Story) -> None:
    an = story.person("An", "en")
    preset = "Studio photograph of a product on white marble, soft light, of "
    assert [
        "1. Studio photograph of a produc…rose perfume",
        "2. Studio photograph of a produc…lime perfume",
    ] == (await asked(an, f"/img {preset}{{rose, lime}} perfume --with flow"))[1:]


async def test_with_a_picture_or_about_a_result_a_choice_is_refused_and_free(story: Story) -> None:
    an = story.person("An", "en")
    result = await an.result_of(an.say("/img a cat --with flow"))
    for command in ("/img {a,b} x", "/video {a,b} x --with flow", "/vary {a,b} x"):
        answer = await an.answer_to(an.say(command, to=result))
        assert "I cannot make several requests of {a, b}" in words(answer)
    [photo] = send(an, PHOTO, caption="/img {a,b} x --with flow")
    for asked in (photo, an.say("/video {a,b} x", to=photo)):
        answer = await an.answer_to(asked)
        assert "I cannot make several requests of {a, b}" in words(answer)
    assert 1 == len(story.town.flow.tasks)


async def test_a_brace_that_is_not_closed_is_said_with_the_closed_line(story: Story) -> None:
    an = story.person("An", "en")
    answer = await an.answer_to(an.say("/img {red, blue hat"))
    assert words(answer).startswith("The { in {red, blue hat is not closed")
    assert "/img {red, blue hat}" == in_code(answer)[-1]
    assert "more than 1,000,000 requests" in await said_to(an, "/img " + "{a,b}" * 30)


async def test_lines_meant_as_one_picture_become_one_in_the_same_message(story: Story) -> None:
    an = story.person("An", "en")
    asked = an.say("/img a cat\nby the window --with flow")
    question = await an.answer_to(asked)
    assert "Got it!" == await press(an, question, "🖼")
    result = await an.result_of(asked)
    assert question["message_id"] == result["message_id"]
    [task] = story.town.flow.tasks.values()
    assert ["a cat\nby the window"] == task.body["prompts"]


async def test_never_mind_begins_nothing(story: Story) -> None:
    an = story.person("An", "en")
    question = await an.answer_to(an.say(THREE))
    assert "Not begun" in await press(an, question, "✖")
    await an.sees("✖ Not begun. Nothing was charged.")
    assert "This is over already." == await forge(an, question, "k:::1-all:0")
    assert "40 of 40" in await said_to(an, "/quota")


async def test_pressed_twice_it_is_begun_once(story: Story) -> None:
    an = story.person("An", "en")
    question = await an.answer_to(an.say(THREE))
    data = question["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    assert ["Got it!", "Already on it"] == [await forge(an, question, data) for _ in range(2)]
    await summary_of(an, question)
    assert 3 == len(story.town.flow.tasks)


async def test_nobody_else_may_say_yes_to_what_one_was_asked(story: Story) -> None:
    an, ben = story.person("An", "en"), story.person("Ben", "en")
    group = story.group("Painters", an, ben)
    question = await an.answer_to(an.say(THREE, chat=group), chat=group)
    for choice in ("all:0", "one:0", "no", "stop", "rest:0", "again:0"):
        assert "This button is not for you." == await forge(ben, question, f"k:::1-{choice}")
    for nonsense in ("k:::x-all", "k:::1-", "k:::1", "k:::1-what:1"):
        assert "This button is not for you." == await forge(an, question, nonsense)
    assert "has expired" in await forge(an, question, "k:::99-all")
    assert not story.town.flow.tasks
    assert "Got it!" == await press(an, question, "✅")
    await an.world.wait_for(lambda _: "Cost:" in words(now(an, question)))


async def test_a_line_that_cannot_be_done_refuses_all_and_offers_them_put_right(
    story: Story,
) -> None:
    an = story.person("An", "en")
    answer = await an.answer_to(
        an.say("/img a cat --with flow\na dog --with flow --turbbo\na fish")
    )
    assert words(answer).startswith("Line 2 (/img a dog --with flow --turbbo)")
    whole = in_code(answer)[-1]
    assert 3 == len(whole.splitlines())
    question = await an.answer_to(an.say(whole.replace("--turbo", "")))
    assert words(question).startswith("📋 3 requests")


async def test_another_command_among_the_lines_is_no_request(story: Story) -> None:
    an = story.person("An", "en")
    answer = await said_to(an, "/img a cat\n/vary 2")
    assert answer.startswith("Line 2 (/vary 2)")
    assert not story.town.apiframe.tasks


async def test_more_than_fifty_are_too_many(story: Story) -> None:
    an = story.person("An", "vi")
    answer = await said_to(an, "/img mèo {1,2,3,4} {1,2,3,4} {1,2,3,4}")
    assert "64 yêu cầu" in answer
    assert "nhiều nhất 50" in answer


async def test_what_the_quota_does_not_cover_is_said_before_and_not_begun(story: Story) -> None:
    an = story.person("An", "en")
    lines = "\n".join(f"a cat no {n}" for n in range(1, 13))
    question = await an.answer_to(an.say(f"/img {lines}"))
    assert "Your quota covers the first 10 of 12" in words(question)
    assert ["✅ Make 10 of 12 · free"] == labels(question)[0]
    await press(an, question, "✅")
    ended = await summary_of(an, question)
    assert "10 of 12 done" in ended
    assert "Your quota covered 10 of 12: the other 2 were not begun and cost nothing." in ended
    assert [["▶️ Go on with the other 2"]] == labels(now(an, question))
    assert "Please see the message I just sent." == await press(an, question, "▶️")
    assert 10 == len(story.town.apiframe.tasks)


async def test_a_quota_used_up_between_question_and_yes_stops_cleanly(story: Story) -> None:
    an = story.person("An", "en")
    lines = "\n".join(f"a cat no {n}" for n in range(1, 4))
    question = await an.answer_to(an.say(f"/img {lines}"))
    for _ in range(9):
        await an.result_of(an.say("/img a garden"))
    assert "has changed" in await press(an, question, "✅")
    await an.sees("covers the first 1 of 3")
    assert "Got it!" == await press(an, question, "✅ Make 1 of 3")
    ended = await summary_of(an, question)
    assert "Your quota covered 1 of 3" in ended
    assert "0 of 40" in await said_to(an, "/quota")


@pytest.mark.parametrize(
    "data", ["mèo\nchó\n".encode(), "mèo\r\nchó".encode("utf-8-sig"), "mèo\nchó".encode("utf-16")]
)
async def test_a_text_file_with_a_command_is_a_request_for_each_line(
    story: Story, data: bytes
) -> None:
    an = story.person("An", "vi")
    [asked] = send(an, data, caption="/img --with flow --ar 16:9", name="ảnh.TXT", as_document=True)
    question = await an.answer_to(asked)
    assert "1. mèo\n2. chó" in words(question)
    assert [["✅ Làm cả 2 · miễn phí"], ["✖ Thôi"]] == labels(question)
    await press(an, question, "✅")
    await an.world.wait_for(lambda _: "Xong 2/2" in words(now(an, question)))
    assert all("16:9" in words(m) for m in results(an, asked) if words(m))


async def test_a_reply_to_a_text_file_works_from_it(story: Story) -> None:
    an = story.person("An", "en")
    [file] = send(an, b"a cat\na dog", name="list.txt", as_document=True)
    question = await an.answer_to(an.say("/img --with flow", to=file))
    assert "1. a cat\n2. a dog" in words(question)


@pytest.mark.parametrize(
    ("data", "caption", "expected"),
    [
        (b"\xff\xd8\xff\xe0 no text \x00", "/img", "I cannot read this file as text"),
        (b"a\x00b\nc", "/img", "I cannot read this file as text"),
        (b" \n\n", "/img", "There is nothing to make in this file"),
        (b"--ar 16:9\n", "/img", "There is nothing to make in this file"),
        (b"a cat\n" * 60_000, "/img", "larger than 256 KB"),
        (b"a cat\na dog", "/img in oil", "write only the command and options"),
        (b"a cat\n" * 51, "/img", "That makes 51 requests"),
        (b"a cat\n/help", "/img", "Line 2 (/help)"),
    ],
)
async def test_a_file_that_is_no_list_is_said_in_a_sentence(
    story: Story, data: bytes, caption: str, expected: str
) -> None:
    an = story.person("An", "en")
    [asked] = send(an, data, caption=caption, name="list.txt", as_document=True)
    assert expected in words(await an.answer_to(asked))
    assert "40 of 40" in await said_to(an, "/quota")


async def test_a_list_is_no_picture_to_enlarge(story: Story) -> None:
    an = story.person("An", "en")
    [asked] = send(an, b"a cat\na dog", caption="/upscale 2k", name="list.txt", as_document=True)
    assert "no picture I can read" in words(await an.answer_to(asked))


async def test_stop_cancels_what_waits_and_finishes_what_is_ordered(story: Story) -> None:
    an = story.person("An", "en")
    story.town.apiframe.never_finish()
    question = await an.answer_to(an.say("/img a cat\na dog\na fish"))
    await press(an, question, "✅")
    await until(lambda: story.town.apiframe.tasks or None)
    assert "📋 3 requests · a cat" in await said_to(an, "/jobs")
    assert "Stopped what was not ordered yet." == await press(an, question, "✖ Stop")
    shown = await an.sees("What is ordered already is still finished")
    assert "2/3 done" in words(shown)
    assert [] == labels(shown)
    assert 1 == len(story.town.apiframe.tasks)
    assert "36 of 40" in await said_to(an, "/quota")


async def test_what_failed_is_named_with_its_line_and_tried_again_alone(story: Story) -> None:
    an = story.person("An", "en")
    body = b'{"errors":[{"msg":"bad words"}]}'
    story.town.apiframe.fail_next("/imagine", status=400, body=body)
    question = await an.answer_to(an.say("/img a cat\na dog"))
    await press(an, question, "✅")
    ended = await summary_of(an, question)
    assert "✅ 1 of 2 done · 1 failed" in ended
    assert "⚠️ 1. a cat: the provider said no, try other words" in ended
    assert [["🔄 Try 1 failed one again · free"]] == labels(now(an, question))
    assert "Got it!" == await press(an, question, "🔄")
    again = await an.sees(lambda m: words(m).startswith("📋 1 request"), after=question)
    assert "1 of 1 done" in await summary_of(an, again)
    assert 2 == len(story.town.apiframe.tasks)
    assert [] == labels(now(an, question))


async def test_one_of_several_is_cancelled_by_its_code(story: Story) -> None:
    an = story.person("An", "en")
    story.town.apiframe.never_finish()
    question = await an.answer_to(an.say("/img a cat\na dog"))
    await press(an, question, "✅")
    await until(lambda: story.town.apiframe.tasks or None)
    with contextlib.closing(sqlite3.connect(story.data_dir / "bot.db")) as db:
        ((code,),) = db.execute("SELECT job_id FROM job WHERE bulk_number = 2").fetchall()
    assert f"{code} is cancelled" in await said_to(an, f"/cancel {code}")
    await an.sees("1/2 done")
    assert "36 of 40" in await said_to(an, "/quota")


async def test_in_a_group_the_progress_is_a_few_edits(story: Story) -> None:
    an = story.person("An", "en")
    group = story.group("Painters", an)
    lines = "\n".join(f"a cat no {n}" for n in range(1, 9))
    question = await an.answer_to(
        an.say(f"/img@easel_bot\n{lines}\n--with flow", chat=group), chat=group
    )
    await press(an, question, "✅")
    await summary_of(an, question)
    assert len(edits_of(story, question)) <= 6


async def test_an_album_that_telegram_puts_off_comes_once(story: Story) -> None:
    an = story.person("An", "en")
    story.world.fail_next("sendMediaGroup", status=500, description="Internal Server Error")
    question = await an.answer_to(an.say(THREE))
    await press(an, question, "✅")
    [album] = await until(lambda: albums(an) or None)
    assert 3 == len(album)
