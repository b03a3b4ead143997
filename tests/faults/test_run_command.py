"""`bot run` as a process: how it ends when asked to, and what it says when it cannot begin."""

from orders import IMAGINE, check_done_once, is_answered, results_for
from process import Host, until


async def test_asked_to_stop_with_nothing_to_do_it_ends_at_once_and_well(host: Host) -> None:
    await host.start()
    host.ask_to_stop()
    assert 0 == await host.ended()


async def test_asked_to_stop_while_a_result_is_being_sent_it_lets_it_arrive(host: Host) -> None:
    an, world = host.story.person("An"), host.story.world
    sending = world.hold_next("editMessageMedia")
    await host.start()
    asked = an.say(IMAGINE.text)
    await is_answered(host, an, asked)
    await sending.arrived()
    host.ask_to_stop()
    sending.release()
    assert 0 == await host.ended()
    assert 1 == len(results_for(an, asked))
    await host.start()
    await check_done_once(host, an, asked, IMAGINE)
    assert 1 == len([call for call in world.calls if call.method == "editMessageMedia"])


async def test_asked_to_stop_it_begins_no_other_message(host: Host) -> None:
    an, ben, chi = (host.story.person(name) for name in ("An", "Ben", "Chi"))
    world = host.story.world
    first, second = world.hold_next("sendMessage"), world.hold_next("sendMessage")
    await host.start()
    an.say("/help")
    await first.arrived()
    ben.say("/help")
    await second.arrived()
    host.ask_to_stop()
    await world.wait_for(lambda w: any(call.error_code == 499 for call in w.calls))  # it hung up
    host.change(
        "INSERT INTO outbox (say, chat_id, payload, urgency, due_at, created_at)"
        " SELECT say, ?, payload, urgency, due_at, created_at FROM outbox LIMIT 1",
        chi.user_id,
    )
    first.release()
    await until(lambda: host.rows("SELECT 1 FROM outbox WHERE state = 'sent'"), "An's answer")
    second.release()
    assert 0 == await host.ended()
    assert [1, 1, 0] == [len(each.from_bot()) for each in (an, ben, chi)]
    await host.start()
    await host.is_quiet()
    assert [1, 1, 1] == [len(each.from_bot()) for each in (an, ben, chi)]


async def test_a_send_that_never_ends_does_not_keep_it_from_stopping(host: Host) -> None:
    an, world = host.story.person("An"), host.story.world
    sending = world.hold_next("editMessageMedia")
    await host.start(BOT_DRAIN_SECONDS="0.2")
    asked = an.say(IMAGINE.text)
    await is_answered(host, an, asked)
    await sending.arrived()
    host.ask_to_stop()
    assert 0 == await host.ended()
    sending.release()
    await host.start()
    await check_done_once(host, an, asked, IMAGINE)


async def test_a_second_bot_on_the_same_folder_says_so_and_ends(host: Host) -> None:
    await host.start()
    second = await host.command("run")
    assert 2 == second.code
    assert "Another `bot run` is working in" in second.err
    assert "Traceback" not in second.err
    assert host.process is not None
    assert host.process.returncode is None


async def test_a_killed_bot_does_not_keep_the_next_one_out(host: Host) -> None:
    an = host.story.person("An")
    await host.start()
    await host.restart()
    await an.answer_to(an.say("/help"))


async def test_a_wrong_token_is_said_in_words(host: Host) -> None:
    token = "123456789:AAHfiqksKZ8WmR2zSjiQ7_v4TMAKdiHm9T0"
    refused = await host.command("run", TELEGRAM_BOT_TOKEN=token)
    assert 2 == refused.code
    assert "TELEGRAM_BOT_TOKEN is refused by Telegram" in refused.err
    assert "Traceback" not in refused.err
    assert token not in refused.err


async def test_it_waits_for_a_telegram_that_is_away_and_then_begins(host: Host) -> None:
    an, world = host.story.person("An"), host.story.world
    world.fail_next("getMe", status=502, description="Bad Gateway")
    await host.start()
    await an.answer_to(an.say("/help"))
    await until(lambda: host.rows("SELECT 1 FROM inbox WHERE state = 'done'"), "the update")
