"""Many people ask in one group at once: the first have messages of their own, the rest share one."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from beside import rows
from hurrying import Hurry, hurried
from story import Message, Person, Story, is_media, labels, words
from telling import answers, press

from bot.sandbox.weather import Held

DRAW = "/img@easel_bot"
NAMES = ("An", "Bình", "Chi", "Dũng", "Giang", "Hà", "Khánh", "Lan")
OWN = 3
SHARED = len(NAMES) - OWN
COUNTED = ("sendMessage", "sendPhoto", "sendDocument", "editMessageText", "editMessageMedia")


@dataclass
class Crowd:
    """Eight people in one group; the provider's three lanes are held at its door."""

    story: Story
    hurry: Hurry
    held: list[Held]
    people: list[Person]
    group: int
    topic: int | None = None

    @property
    def an(self) -> Person:
        return self.people[0]

    def ask(self) -> list[Message]:
        """All at the same moment, each for a boat of their own."""
        return [
            each.say(f"{DRAW} thuyền của {name}", chat=self.group, thread_id=self.topic)
            for each, name in zip(self.people, NAMES, strict=True)
        ]

    def boards(self) -> list[Message]:
        """As they read now, oldest first."""
        said = self.an.from_bot(self.group)
        return [m for m in said if words(m).startswith("📋") and not answers_anything(m)]

    async def board(self, lines: int = SHARED) -> Message:
        """As soon as it lists so many requests."""

        def look() -> Message | None:
            return next((m for m in self.boards() if lines == len(cancels(m))), None)

        return await self.hurry.until(look)

    async def ended(self) -> Message:
        """The board as it reads in the end."""

        def look() -> Message | None:
            return next((m for m in self.boards() if "👌" not in words(m)), None)

        return await self.hurry.until(look)

    async def result(self, asked: Message) -> Message:
        def look() -> Message | None:
            said = self.an.from_bot(self.group)
            return next((m for m in said if is_media(m) and answers(m, asked)), None)

        return await self.hurry.until(look)

    def let_in(self) -> None:
        for each in self.held:
            each.release()


def answers_anything(message: Message) -> bool:
    return (
        "reply_to_message" in message and "forum_topic_created" not in message["reply_to_message"]
    )


def cancels(board: Message) -> list[str]:
    return [label for row in labels(board) for label in row if label.startswith("✖")]


@pytest.fixture
async def crowd(tmp_path: Path) -> AsyncIterator[Crowd]:
    async with hurried(tmp_path) as (story, hurry):
        held = [story.town.apiframe.hold_next("/imagine") for _ in range(OWN)]
        people = [story.person(name) for name in NAMES]
        crowd = Crowd(story, hurry, held, people, story.group("Nhóm vẽ", *people))
        try:
            yield crowd
        finally:
            crowd.let_in()


async def test_of_eight_at_once_three_are_answered_and_five_share_one_message(
    crowd: Crowd,
) -> None:
    asked = crowd.ask()
    board = await crowd.board()
    said = crowd.an.from_bot(crowd.group)
    assert asked[:OWN] == [a for a in asked if any(answers(m, a) for m in said)]
    assert OWN + 1 == len(said)
    lines = words(board).splitlines()
    assert "📋 5 yêu cầu trong nhóm" == lines[0]
    stands = r"⏳ (sắp bắt đầu|sau \d yêu cầu, khoảng \d+ (giây|phút)) · miễn phí"
    for number, name in enumerate(NAMES[OWN:]):
        who, how = lines[3 + 2 * number :][:2]
        assert re.fullmatch(rf"{name} [0-9A-Z]{{6}} · thuyền của {name}", who)
        assert re.fullmatch(stands, how)


async def test_who_is_on_the_board_sees_at_once_that_they_were_heard(crowd: Crowd) -> None:
    asked = crowd.ask()

    def nodded() -> set[int]:
        return {each["message_id"] for each in crowd.story.world.chats.reactions()}

    await crowd.hurry.until(lambda: SHARED == len(nodded()))
    assert {m["message_id"] for m in asked[OWN:]} == nodded()


async def test_each_result_comes_once_as_a_reply_and_the_board_ends_with_a_summary(
    crowd: Crowd,
) -> None:
    asked = crowd.ask()
    board = await crowd.board()
    crowd.let_in()
    for question, name in zip(asked, NAMES, strict=True):
        assert f"thuyền của {name}" in words(await crowd.result(question))
    ended = await crowd.ended()
    assert board["message_id"] == ended["message_id"]
    assert "📋 5 yêu cầu trong nhóm\n✅ 5 xong" == words(ended)
    shown = [m for m in crowd.an.from_bot(crowd.group) if is_media(m)]
    assert len(NAMES) == len(shown)


async def test_all_eight_cost_the_group_no_more_than_four_messages_each(crowd: Crowd) -> None:
    asked = crowd.ask()
    board = await crowd.board()
    crowd.let_in()
    for question in asked:
        await crowd.result(question)
    await crowd.ended()
    calls = [c for c in crowd.story.world.calls if c.ok and c.method in COUNTED]
    about = Counter(c.parameters.get("message_id") for c in calls)
    assert 1 + about[board["message_id"]] <= 2 * SHARED + 1
    assert len(calls) <= 4 * len(NAMES)


async def test_only_who_asked_cancels_and_the_board_says_so(crowd: Crowd) -> None:
    crowd.ask()
    board = await crowd.board()
    dung, giang = crowd.people[OWN], crowd.people[OWN + 1]
    label = cancels(board)[0]
    assert "Chỉ người đặt mới hủy được yêu cầu này." == await press(giang, board, label)
    code = label.removeprefix("✖ ")
    assert f"Đã hủy {code}. Bạn không bị tính phí." == await press(dung, board, label)
    after = await crowd.board(SHARED - 1)
    assert code not in words(after)
    assert "✖ 1 đã hủy, không tính phí" in words(after)
    assert OWN + 1 == len(crowd.an.from_bot(crowd.group))


async def test_a_reply_to_the_board_acts_on_nothing_and_cancel_means_the_only_one_of_ones_own(
    crowd: Crowd,
) -> None:
    crowd.ask()
    board = await crowd.board()
    dung = crowd.people[OWN]
    dung.say("2", chat=crowd.group, to=board)
    said = dung.say("/cancel@easel_bot", chat=crowd.group, to=board)
    answer = await crowd.hurry.until(
        lambda: next((m for m in dung.from_bot(crowd.group) if answers(m, said)), None)
    )
    assert "Đã hủy" in words(answer)
    assert NAMES[OWN] not in words(await crowd.board(SHARED - 1))


async def test_what_fails_is_told_to_who_asked_and_may_be_tried_again(crowd: Crowd) -> None:
    asked = crowd.ask()
    await crowd.board()
    crowd.story.town.apiframe.fail_next("/imagine", status=400, body=b'{"detail":"banned word"}')
    crowd.let_in()

    def failure() -> Message | None:
        said = crowd.an.from_bot(crowd.group)
        return next((m for m in said if ["🔄"] == [x[0] for r in labels(m) for x in r][:1]), None)

    told = await crowd.hurry.until(failure)
    assert any(answers(told, each) for each in asked[OWN:])
    ended = await crowd.ended()
    assert "✅ 4 xong · ⚠️ 1 không thành công, không tính phí" in words(ended)
    by = next(p for p, a in zip(crowd.people, asked, strict=True) if answers(told, a))
    assert "Đã nhận!" == await press(by, told, "🔄")


async def test_lines_meant_as_one_have_their_question_for_a_status_and_no_place_on_the_board(
    crowd: Crowd,
) -> None:
    chi = crowd.people[2]
    asked = chi.say(f"{DRAW} một chú mèo\nbên cửa sổ", chat=crowd.group)
    question = await chi.answer_to(asked, chat=crowd.group)
    crowd.ask()
    await crowd.board()
    assert "Đã nhận!" == await press(chi, question, "🖼")
    ((code,),) = rows(crowd.story, "SELECT job_id FROM job ORDER BY accepted_at DESC LIMIT 1")

    def status() -> Message | None:
        said = crowd.an.from_bot(crowd.group)
        return next((m for m in said if code in words(m) and answers(m, asked)), None)

    assert question["message_id"] == (await crowd.hurry.until(status))["message_id"]
    assert code not in words(await crowd.board())
    crowd.let_in()
    assert question["message_id"] == (await crowd.result(asked))["message_id"]


async def test_a_deleted_board_comes_again(crowd: Crowd) -> None:
    crowd.ask()
    board = await crowd.board()
    crowd.story.world.delete_message(crowd.group, board["message_id"])
    await press_own(crowd.people[-1], crowd, board)
    again = await crowd.board(SHARED - 1)
    assert again["message_id"] > board["message_id"]


async def press_own(person: Person, crowd: Crowd, board: Message) -> None:
    """Cancel in words what stands last on the board."""
    code = cancels(board)[-1].removeprefix("✖ ")
    person.say(f"/cancel@easel_bot {code}", chat=crowd.group)


async def test_a_group_without_reactions_is_served_all_the_same(crowd: Crowd) -> None:
    refused = "Bad Request: REACTION_INVALID"
    crowd.story.world.fail_next("setMessageReaction", status=400, description=refused, times=99)
    asked = crowd.ask()
    await crowd.board()
    crowd.let_in()
    await asyncio.gather(*(crowd.result(each) for each in asked))


async def test_a_board_far_above_is_joined_by_nobody(crowd: Crowd) -> None:
    crowd.ask()
    old = await crowd.board()
    crowd.hurry.ahead_s += 200
    crowd.an.say(f"{DRAW} thêm một con thuyền", chat=crowd.group)
    new = await crowd.hurry.until(lambda: crowd.boards()[1:])
    assert "thêm một con thuyền" in words(new[0])
    assert "thêm một con thuyền" not in words(
        crowd.story.world.message(crowd.group, old["message_id"])
    )


async def test_a_board_stays_in_its_topic(crowd: Crowd) -> None:
    story = crowd.story
    crowd.group = story.group("Forum", *crowd.people, is_forum=True)
    crowd.topic = story.world.add_topic(crowd.group, "Boats")
    crowd.ask()
    board = await crowd.board()
    assert crowd.topic == board["message_thread_id"]


async def test_a_board_speaks_the_language_of_its_group(crowd: Crowd) -> None:
    set_to = crowd.an.say("/lang@easel_bot en", chat=crowd.group)
    await crowd.hurry.until(
        lambda: [m for m in crowd.an.from_bot(crowd.group) if answers(m, set_to)]
    )
    crowd.ask()
    assert "5 requests of this group" in words(await crowd.board())


async def test_where_the_group_chose_none_its_board_speaks_as_who_asked_first(
    crowd: Crowd,
) -> None:
    for each in crowd.people:
        crowd.story.world.chats.users[each.user_id]["language_code"] = "en"
    crowd.ask()
    assert "5 requests of this group" in words(await crowd.board())
