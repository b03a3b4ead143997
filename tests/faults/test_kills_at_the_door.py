"""Killed with -9 between the one polite line and the silence: it is said, and said once."""

import functools

from process import Host, until
from story import words

from bot.sandbox.world import World

INVITED = "được mời"
BROKEN = "Internal Server Error"


def were_refused(count: int, world: World) -> bool:
    """Whether so many calls were turned away since the last time the bot was started."""
    starts = [at for at, call in enumerate(world.calls) if call.method == "getMe"]
    return count == sum(call.description == BROKEN for call in world.calls[starts[-1] :])


async def test_killed_with_the_line_written_and_not_sent_it_is_said_once_and_never_again(
    host: Host,
) -> None:
    an, world = host.story.person("An"), host.story.world
    group = host.story.group("Nhóm lạ", an)
    await host.start(BOT_ACCESS="approved")
    # Of the group the operator is told as well, at the same time.
    for chat, mark, count in ((an.user_id, "user", 1), (group, "chat", 2)):
        lines = [world.hold_next("sendMessage") for _ in range(count)]
        an.say("/img@easel_bot mèo", chat=chat)
        for line in lines:
            await line.arrived()
        assert [(1,)] == host.rows(f"SELECT COUNT(*) FROM {mark} WHERE refused_at > 0")
        await host.kill()
        world.fail_next("sendMessage", status=500, description=BROKEN, times=count)
        for line in lines:
            line.release()
        await world.wait_for(functools.partial(were_refused, count))
        await host.start(BOT_ACCESS="approved")
        await an.sees(INVITED, chat=chat)
        await host.is_quiet()
        await host.restart(BOT_ACCESS="approved")
        an.say("/img@easel_bot thuyền", chat=chat)
        await until(lambda: not world.updates.pending, "the message to be taken")
        await host.is_quiet()
        assert [True] == [INVITED in words(message) for message in an.from_bot(chat)]
    told = [m for m in host.operator.from_bot() if "Nhóm lạ" in words(m)]
    assert 1 == len(told)


async def test_killed_before_the_command_was_handled_nothing_is_marked_and_nothing_lost(
    host: Host,
) -> None:
    an = host.story.person("An")
    await host.start(BOT_ACCESS="approved")
    host.freeze()
    an.say("/img mèo")
    await host.restart(BOT_ACCESS="approved")
    await an.sees(INVITED)
    await host.is_quiet()
    assert 1 == len(an.from_bot())
