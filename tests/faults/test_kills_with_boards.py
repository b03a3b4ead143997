"""Killed with -9 at any point of many requests that share one message: each result comes once, and
the board is right in the end."""

import pytest
from orders import BROKEN, check_book, was_broken_off
from process import Host, until
from story import Message, Person, is_media, labels, words
from telling import answers

DRAW = "/img@easel_bot"
OWN, SHARED = 3, 3
CROWD = OWN + SHARED


class Crowd:
    """Six people in one group; nothing is finished before `let_in`."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.world = host.story.world
        self.people = [host.story.person(f"P{n}") for n in range(CROWD)]
        self.group = host.story.group("Painters", *self.people)
        self.pace = host.story.town.pace
        self.pace.speed = 0.01
        self.asked: list[Message] = []

    @property
    def an(self) -> Person:
        return self.people[0]

    def ask(self) -> None:
        self.asked = [
            each.say(f"{DRAW} boat {n}", chat=self.group) for n, each in enumerate(self.people)
        ]

    async def accepted(self) -> None:
        """And what has a lane is surely ordered: a kill in the midst of an order is another story."""
        ordered = ["running"] * OWN + ["queued"] * SHARED
        # Who asks at once is written down in one order and may be accepted in another.
        await until(lambda: sorted(ordered) == sorted(self.host.states()), "all to be accepted")

    async def board_there(self) -> None:
        sql = "SELECT 1 FROM board WHERE message_id IS NOT NULL"
        await until(lambda: self.host.rows(sql), "the board to be noted")

    def let_in(self) -> None:
        self.pace.speed = 60.0

    def boards(self) -> list[Message]:
        said = self.an.from_bot(self.group)
        return [m for m in said if words(m).startswith("📋")]

    def shown(self) -> list[Message]:
        return [m for m in self.an.from_bot(self.group) if is_media(m)]

    async def check_each_came_once(self, *, boards: int = 1) -> None:
        # The board's own row waits for its pause; what it says then is looked at right away.
        done = "SELECT 1 FROM board WHERE ended_at IS NULL"
        await until(lambda: ["done"] * CROWD == self.host.states(), "all to be made")
        assert [] == self.host.rows(done)
        self.host.change("UPDATE outbox SET due_at = 0 WHERE say = 'board'")
        await self.host.restart()
        await self.host.is_quiet()
        for asked in self.asked:
            assert 1 == len([m for m in self.shown() if answers(m, asked)])
        assert CROWD == len(self.shown())
        assert boards == len(self.boards())
        assert ["📋 3 yêu cầu trong nhóm", "✅ 3 xong"] == words(self.boards()[-1]).splitlines()
        assert [] == labels(self.boards()[-1])
        await check_book(self.host)


@pytest.fixture
def crowd(host: Host) -> Crowd:
    return Crowd(host)


async def test_killed_before_anything_was_said(crowd: Crowd) -> None:
    await crowd.host.start()
    sending = crowd.world.hold_next("sendMessage")
    crowd.ask()
    await sending.arrived()
    await crowd.accepted()
    await crowd.host.kill()
    crowd.world.fail_next("sendMessage", status=500, description=BROKEN)
    sending.release()
    await crowd.world.wait_for(lambda w: was_broken_off(w, "sendMessage"))
    crowd.let_in()
    await crowd.host.start()
    await crowd.check_each_came_once()


async def test_killed_while_the_board_is_there_and_nothing_made(crowd: Crowd) -> None:
    await crowd.host.start()
    crowd.ask()
    await crowd.accepted()
    await crowd.board_there()
    await crowd.host.kill()
    crowd.let_in()
    await crowd.host.start()
    await crowd.check_each_came_once()


async def test_killed_while_half_of_them_are_done(crowd: Crowd) -> None:
    await crowd.host.start()
    crowd.ask()
    await crowd.accepted()
    await crowd.board_there()
    # Nothing else is on its way into the chat: sent and not yet noted, it would rightly come twice.
    apiframe = crowd.host.story.town.apiframe
    apiframe.finish_now(next(iter(apiframe.tasks)))
    half = ["done"] + ["queued"] * (SHARED - 1) + ["running"] * OWN
    await until(lambda: half == sorted(crowd.host.states()), "the first to be done")
    await crowd.host.restart()
    crowd.let_in()
    await crowd.check_each_came_once()


async def test_killed_before_a_nod_arrives(crowd: Crowd) -> None:
    await crowd.host.start()
    nodding = crowd.world.hold_next("setMessageReaction")
    crowd.ask()
    await nodding.arrived()
    await crowd.accepted()
    await crowd.host.kill()
    nodding.release()
    crowd.let_in()
    await crowd.host.start()
    await until(lambda: SHARED == len(crowd.world.chats.reactions()), "all to be nodded to")
    await crowd.check_each_came_once()


async def test_a_board_that_arrived_though_nobody_heard_of_it_is_told_anew(crowd: Crowd) -> None:
    await crowd.host.start()
    crowd.ask()
    await crowd.accepted()
    await crowd.board_there()
    await crowd.host.kill()
    crowd.host.change("UPDATE board SET message_id = NULL")
    crowd.host.change("UPDATE outbox SET state = 'sending', sends = 0 WHERE say = 'board'")
    crowd.let_in()
    await crowd.host.start()
    await crowd.check_each_came_once(boards=2)
