"""Killed with -9 at any point of several requests of one message: each is made, shown and paid
once, in the same message, and the albums come once."""

from orders import BROKEN, check_book, was_broken_off
from process import Host, until
from story import Message, Person, is_media, labels, words
from telling import answers, forge, press

THREE = "/img\na cat\na dog\na fish\n--with flow"


async def asked(host: Host, an: Person) -> tuple[Message, Message]:
    """What was asked, and the question, once the bot knows that it arrived."""
    request = an.say(THREE)
    question = await an.answer_to(request)
    sql = "SELECT 1 FROM bulk WHERE status_message_id = ?"
    await until(lambda: host.rows(sql, question["message_id"]), "the question to be noted")
    return request, question


async def is_running(host: Host) -> None:
    await until(lambda: host.rows("SELECT 1 FROM bulk WHERE state = 'running'"), "the yes")


async def check_made_once(host: Host, an: Person, request: Message, question: Message) -> None:
    def told() -> Message:
        return an.world.message(an.user_id, question["message_id"])

    await until(lambda: "Cost:" in words(told()), "the end to be told")
    await until(lambda: host.rows("SELECT 1 FROM outbox WHERE say = 'album'"), "the album")
    await host.is_quiet()
    assert ["done"] * 3 == host.states()
    assert "✅ 3 of 3 done" in words(told())
    shown = [m for m in an.from_bot() if is_media(m) and answers(m, request)]
    assert 3 == len([m for m in shown if "media_group_id" not in m])
    assert 3 == len([m for m in shown if "media_group_id" in m])
    assert 3 == len(host.story.town.flow.tasks) == host.free_used()
    texts = [m for m in an.from_bot() if not is_media(m) and answers(m, request)]
    assert 1 == len(texts)
    await check_book(host)


async def test_a_question_is_still_answered_after_a_kill(host: Host) -> None:
    an = host.story.person("An", "en")
    await host.start()
    request, question = await asked(host, an)
    await host.restart()
    await press(an, question, "✅")
    await check_made_once(host, an, request, question)


async def test_agreed_to_and_killed_before_the_first_is_ordered(host: Host) -> None:
    an = host.story.person("An", "en")
    await host.start()
    request, question = await asked(host, an)
    host.change(
        "CREATE TRIGGER orders_nothing BEFORE UPDATE OF state ON job "
        "WHEN NEW.state = 'submitting' BEGIN SELECT RAISE(ABORT, 'not yet'); END"
    )
    an.press(question, "✅")
    await is_running(host)
    await host.kill()
    assert ["queued"] * 3 == host.states()
    host.change("DROP TRIGGER orders_nothing")
    await host.start()
    await check_made_once(host, an, request, question)


async def test_killed_while_half_of_it_is_done(host: Host) -> None:
    an, town = host.story.person("An", "en"), host.story.town
    await host.start()
    town.pace.speed = 0.01
    request, question = await asked(host, an)
    an.press(question, "✅")
    await until(lambda: "running" in host.states(), "the first to be ordered")
    # Nothing else is on its way into the chat: sent and not yet noted, it would rightly come twice.
    town.flow.finish_now(next(iter(town.flow.tasks)))
    half = ["done", "queued", "running"]
    await until(lambda: half == sorted(host.states()), "the first to be done")
    await host.restart()
    town.pace.speed = 60.0
    await check_made_once(host, an, request, question)


async def test_killed_before_the_albums_arrive(host: Host) -> None:
    an, world = host.story.person("An", "en"), host.story.world
    await host.start()
    request, question = await asked(host, an)
    sending = world.hold_next("sendMediaGroup")
    an.press(question, "✅")
    await sending.arrived()
    await host.kill()
    world.fail_next("sendMediaGroup", status=500, description=BROKEN)
    sending.release()
    await world.wait_for(lambda w: was_broken_off(w, "sendMediaGroup"))
    await host.start()
    await check_made_once(host, an, request, question)


async def test_a_yes_pressed_again_after_a_kill_begins_nothing_more(host: Host) -> None:
    an, town = host.story.person("An", "en"), host.story.town
    await host.start()
    request, question = await asked(host, an)
    town.pace.speed = 0.01
    an.press(question, "✅")
    await until(lambda: "running" in host.states(), "the first to be ordered")  # none is half out
    await host.restart()
    assert "Already on it" == await press_again(an, question)
    town.pace.speed = 60.0
    await check_made_once(host, an, request, question)


async def press_again(an: Person, question: Message) -> str:
    """The button as it was, though the message has moved on."""
    data = question["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    return await forge(an, question, data)


async def test_a_price_that_rose_meanwhile_is_asked_about_again(host: Host) -> None:
    an = host.story.person("An", "en")
    await host.start()
    an.say("/start")
    await an.sees("An")
    await host.command(f"grant {an.user_id} 10000")
    for _ in range(9):
        await an.result_of(an.say("/img a garden"))
    question = await an.answer_to(an.say("/img a cat\na dog"))
    assert "✅ Make all 2 · ₫400" == labels(question)[0][0]
    await an.result_of(an.say("/img a garden"))
    assert (
        "The price, or what your quota covers, has changed. Look at it and press again."
        == await press(an, question, "✅")
    )
    dearer = await an.sees("In all: ₫800")
    assert dearer["message_id"] == question["message_id"]
    assert "Got it!" == await press(an, question, "✅ Make all 2 · ₫800")
    await an.sees("Cost: ₫800")
    await host.is_quiet()
    await check_book(host)
