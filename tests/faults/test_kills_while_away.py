"""Killed with -9 around an absence: who is back is told once, and gets nothing twice."""

from orders import (
    BROKEN,
    IMAGINE,
    check_book,
    is_answered,
    is_under_way,
    results_for,
    was_broken_off,
)
from process import Host, until
from story import words

BACK = "quay lại rồi!"


async def test_killed_at_every_step_of_an_absence_it_tells_once_what_was_finished(
    host: Host,
) -> None:
    an, world, apiframe = host.story.person("An"), host.story.world, host.story.town.apiframe
    apiframe.never_finish()
    await host.start()
    asked = an.say(IMAGINE.text)
    await is_answered(host, an, asked)
    await is_under_way(host, IMAGINE)
    world.block_bot(an.user_id)
    await until(lambda: host.rows("SELECT 1 FROM chat WHERE unreachable_at > 0"), "the absence")
    await host.restart()
    apiframe.finish_now(next(iter(apiframe.tasks)))
    await until(lambda: host.states() == ["done"], "the picture")
    await host.restart()
    telling = world.hold_next("sendMessage")
    world.unblock_bot(an.user_id)
    await telling.arrived()
    await host.kill()
    world.fail_next("sendMessage", status=500, description=BROKEN)
    telling.release()
    await until(lambda: was_broken_off(world, "sendMessage"), "the words to be turned away")
    await host.start()
    told = await an.sees(BACK)
    assert "1 kết quả đã xong" in words(told)
    await host.is_quiet()  # sent and not yet written down, it would rightly be sent again
    await host.restart()
    await an.answer_to(an.say("/quota"))
    await host.is_quiet()
    assert 1 == len([m for m in an.from_bot() if BACK in words(m)])
    assert [] == results_for(an, asked)
    await check_book(host)


async def test_killed_with_a_press_answered_and_nothing_begun_it_is_done_once(host: Host) -> None:
    an, world = host.story.person("An"), host.story.world
    await host.start()
    grid = await an.result_of(an.say(IMAGINE.text))
    await host.is_quiet()
    answer = world.hold_next("answerCallbackQuery")
    an.press(grid, "V2")
    await answer.arrived()
    await host.kill()
    answer.release()
    await host.start()
    await until(lambda: host.states() == ["done", "done"], "what was pressed for")
    await host.is_quiet()
    assert 2 == len(host.story.town.apiframe.tasks)
    await check_book(host)
