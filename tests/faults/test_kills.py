"""Killed with -9 at any point of one picture's way, the next start loses and doubles nothing."""

import json
import time

import pytest
from orders import (
    BROKEN,
    FILM,
    IMAGINE,
    PICTURE,
    Order,
    check_book,
    check_done_once,
    check_given_back,
    check_told_what_is_left,
    end_the_search,
    is_answered,
    is_under_way,
    kill_before_arrival,
    replies_to,
    results_for,
    turn_away,
    was_broken_off,
)
from process import Host, until

each_order = pytest.mark.parametrize("order", [IMAGINE, PICTURE, FILM], ids=str)
each_picture = pytest.mark.parametrize("order", [IMAGINE, PICTURE], ids=str)


@each_picture
async def test_a_command_handed_out_and_not_yet_read_is_answered_after_the_restart(
    host: Host, order: Order
) -> None:
    an, world = host.story.person("An"), host.story.world
    held = world.hold_next("getUpdates")
    await host.start()
    await held.arrived()
    asked = an.say(order.text)
    host.freeze()
    held.release()
    await world.wait_for(lambda w: any(c.method == "getUpdates" and c.ok for c in w.calls))
    await host.restart()
    await check_done_once(host, an, asked, order)


async def test_a_command_whose_delivery_broke_off_is_answered_once(host: Host) -> None:
    an, world = host.story.person("An"), host.story.world
    await host.start()
    world.lose_answer_of_next("getUpdates")
    asked = an.say(IMAGINE.text)
    await check_done_once(host, an, asked, IMAGINE)


async def test_a_command_written_down_and_not_yet_handled_is_handled_once(host: Host) -> None:
    an, world = host.story.person("An"), host.story.world
    await host.start()
    await host.kill()
    asked = an.say(IMAGINE.text)
    (update,) = world.updates.pending  # Telegram will hand it out again: nobody confirmed it
    host.change(
        "INSERT INTO inbox (update_id, lane, payload, received_at) VALUES (?, ?, ?, ?)",
        update["update_id"],
        an.user_id,
        json.dumps(update),
        time.time_ns() // 1_000_000,
    )
    await host.start()
    await check_done_once(host, an, asked, IMAGINE)
    assert 1 == len(replies_to(an, asked))


async def test_a_request_accepted_and_not_yet_answered_is_answered_and_made(host: Host) -> None:
    an, town = host.story.person("An"), host.story.town
    await host.start()
    town.pace.speed = 0.01
    first = an.say("/img con mèo thứ nhất")
    await is_answered(host, an, first)
    await is_under_way(host, IMAGINE)
    answer = town.world.hold_next("sendMessage")
    second = an.say("/img con mèo thứ hai")
    await answer.arrived()
    await host.kill()
    assert ["running", "queued"] == host.states()
    town.world.fail_next("sendMessage", status=500, description=BROKEN)
    answer.release()
    await until(lambda: was_broken_off(town.world, "sendMessage"), "the answer to be turned away")
    await host.start()
    assert [] == results_for(an, first)
    town.pace.speed = 60.0
    for asked in (first, second):
        await an.result_of(asked)
    await host.is_quiet()
    assert ["done", "done"] == host.states()
    assert [1, 1] == [len(replies_to(an, asked)) for asked in (first, second)]
    assert 2 == len(town.apiframe.tasks) == IMAGINE.submits(host)
    assert 8 == host.free_used()
    await check_book(host)


@each_order
async def test_work_under_way_goes_on_in_the_same_message(host: Host, order: Order) -> None:
    an, town = host.story.person("An"), host.story.town
    await host.start()
    town.pace.speed = 0.01
    asked = an.say(order.text)
    status = await is_answered(host, an, asked)
    await is_under_way(host, order)
    await host.restart()
    town.pace.speed = 60.0
    result = await check_done_once(host, an, asked, order)
    assert status["message_id"] == result["message_id"]
    assert 1 == len(replies_to(an, asked))
    await check_told_what_is_left(host, an, order)


@each_order
async def test_a_result_half_fetched_is_fetched_to_the_end(host: Host, order: Order) -> None:
    an = host.story.person("An")
    download = order.sandbox(host).hold_next(order.file, when="after")
    await host.start()
    asked = an.say(order.text)
    status = await is_answered(host, an, asked)
    await download.arrived()
    await host.kill()
    download.release()
    await host.start()
    result = await check_done_once(host, an, asked, order)
    assert status["message_id"] == result["message_id"]
    assert 1 == len(replies_to(an, asked))


@each_order
async def test_a_result_that_was_being_sent_is_sent(host: Host, order: Order) -> None:
    an, world = host.story.person("An"), host.story.world
    sending = world.hold_next("editMessageMedia")
    await host.start()
    asked = an.say(order.text)
    status = await is_answered(host, an, asked)
    await sending.arrived()
    await kill_before_arrival(host, sending, "editMessageMedia")
    assert [] == results_for(an, asked)
    await host.start()
    result = await check_done_once(host, an, asked, order)
    assert status["message_id"] == result["message_id"]


@each_order
async def test_a_result_that_arrived_unheard_is_shown_once(host: Host, order: Order) -> None:
    an, world = host.story.person("An"), host.story.world
    sending = world.hold_next("editMessageMedia")
    await host.start()
    asked = an.say(order.text)
    await is_answered(host, an, asked)
    await sending.arrived()
    await host.kill()
    sending.release()
    shown = await an.result_of(asked)
    await host.start()
    result = await check_done_once(host, an, asked, order)
    assert shown["message_id"] == result["message_id"]
    assert 1 == len(replies_to(an, asked))


async def test_a_result_whose_answer_was_lost_is_shown_once(host: Host) -> None:
    an, world = host.story.person("An"), host.story.world
    world.lose_answer_of_next("editMessageMedia")
    await host.start()
    asked = an.say(IMAGINE.text)
    await check_done_once(host, an, asked, IMAGINE)
    assert 1 == len(replies_to(an, asked))


async def test_after_a_result_a_restart_says_and_does_nothing(host: Host) -> None:
    an, world = host.story.person("An"), host.story.world
    await host.start()
    asked = an.say(IMAGINE.text)
    await check_done_once(host, an, asked, IMAGINE)
    said = len(an.from_bot())
    await host.restart()
    follow_up = an.say("/quota")  # answered after whatever else there was to say
    await an.answer_to(follow_up)
    await host.is_quiet()
    assert said + 1 == len(an.from_bot())
    assert 1 == len([c for c in world.calls if c.method == "editMessageMedia"])


# --- submit sent: the one moment at which it cannot be known what happened ----------------------


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_submit_midjourney_may_have_taken_is_never_repeated(host: Host, when: str) -> None:
    an = host.story.person("An")
    is_taken = when == "after"
    submit = host.story.town.apiframe.hold_next("/imagine", when="after" if is_taken else "before")
    await host.start()
    asked = an.say(IMAGINE.text)
    await is_answered(host, an, asked)
    await submit.arrived()
    await host.restart()
    await check_given_back(host, an, asked, IMAGINE)
    submit.release()


async def test_a_lost_answer_of_midjourney_gives_the_money_back(host: Host) -> None:
    an = host.story.person("An")
    host.story.town.apiframe.lose_answer_of_next("/imagine")
    await host.start()
    asked = an.say(IMAGINE.text)
    await check_given_back(host, an, asked, IMAGINE)


@pytest.mark.parametrize("order", [PICTURE, FILM], ids=str)
async def test_a_submit_flow_took_is_found_again_by_the_restarted_bot(
    host: Host, order: Order
) -> None:
    an = host.story.person("An")
    submit = order.sandbox(host).hold_next(order.submit, when="after")
    await host.start()
    asked = an.say(order.text)
    status = await is_answered(host, an, asked)
    await submit.arrived()
    await host.restart()
    result = await check_done_once(host, an, asked, order)
    assert status["message_id"] == result["message_id"]
    submit.release()


async def test_a_submit_that_reaches_flow_after_the_kill_is_found(host: Host) -> None:
    an = host.story.person("An")
    submit = host.story.town.flow.hold_next(PICTURE.submit)
    await host.start()
    asked = an.say(PICTURE.text)
    await is_answered(host, an, asked)
    await submit.arrived()
    await host.restart()
    await until(lambda: host.states() == ["unknown"], "the lost submit to be looked for")
    submit.release()
    await check_done_once(host, an, asked, PICTURE)


async def test_a_submit_flow_took_is_found_however_long_the_bot_was_down(host: Host) -> None:
    an, flow = host.story.person("An"), host.story.town.flow
    submit = flow.hold_next(PICTURE.submit)
    await host.start()
    asked = an.say(PICTURE.text)
    await is_answered(host, an, asked)
    await submit.arrived()
    await host.restart()
    await until(lambda: host.states() == ["unknown"], "the lost submit to be looked for")
    await host.kill()
    submit.release()
    await until(lambda: flow.tasks, "the submit to take effect")
    end_the_search(host)
    await host.start()
    await check_done_once(host, an, asked, PICTURE)


async def test_a_lost_answer_of_flow_is_found_without_a_restart(host: Host) -> None:
    an = host.story.person("An")
    host.story.town.flow.lose_answer_of_next(PICTURE.submit)
    await host.start()
    asked = an.say(PICTURE.text)
    await check_done_once(host, an, asked, PICTURE)


async def test_a_submit_flow_never_took_is_given_back_when_the_search_is_over(host: Host) -> None:
    an, flow = host.story.person("An"), host.story.town.flow
    submit = flow.hold_next(PICTURE.submit)
    await host.start()
    asked = an.say(PICTURE.text)
    await is_answered(host, an, asked)
    await submit.arrived()
    await host.kill()
    await turn_away(host, PICTURE, submit.release)
    await host.start()
    await until(lambda: host.states() == ["unknown"], "the lost submit to be looked for")
    end_the_search(host)
    await check_given_back(host, an, asked, PICTURE)
    assert {} == dict(flow.tasks)
