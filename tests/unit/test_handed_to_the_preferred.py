"""A picture that is handed over goes to whom its person would rather have, where they can."""

import pytest
from market import BOTH, FILMER
from shop import HOUR, NOON, SINGLE, Shop, outputs

from bot.chat.deriving import Deriving, Target
from bot.chat.talk import Speaker, Talk
from bot.jobs.accept import Order
from bot.jobs.buttons import Act, Press
from bot.jobs.facts import Admitted, Saved, SubmitAnswered
from bot.jobs.offers import Market
from bot.jobs.preferences import Preferences, prefer
from bot.model import ChatId, MessageId, Operation, Place, TaskId, UserId
from bot.store.port import Transaction

THREE = Market(
    {**BOTH.providers, "another": FILMER},
    {**BOTH.default_provider, Operation.IMAGE_VIDEO: "flow"},
)
AN = UserId(7)
ANSWERED = SubmitAnswered(TaskId("t"), poll_at=NOON, deadline_at=NOON + HOUR)


@pytest.mark.parametrize(
    ("preferred", "expected"),
    [(None, "flow"), ("another", "another"), ("apiframe", "flow"), ("gone", "flow")],
)
async def test_a_picture_is_animated_by_whom_its_person_prefers(
    shop: Shop, preferred: str | None, expected: str
) -> None:
    job = await shop.order(AN, SINGLE)
    job = await shop.happens(job, Admitted(), ANSWERED, Saved(outputs(job, 1)))
    asked: list[str] = []

    async def accept(_: Talk, order: Order) -> bool:
        asked.append(order.provider)
        return True

    async def price(_: Talk, __: Order) -> int | None:
        return 0

    async def work(tx: Transaction) -> None:
        await prefer(tx, AN, Preferences(provider=preferred))
        place = Place(ChatId(AN), None, MessageId(1))
        talk = Talk(tx, Speaker(AN, "An", "en"), place, True, "en", shop.now())
        deriving = Deriving(THREE, {}, accept, price)
        await deriving.press(talk, Target(job, 1), Press(Act.ANIMATE, job.job_id, 1))

    await shop.store.write(work)
    assert [expected] == asked
