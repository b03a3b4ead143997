"""The same request once more, when its provider no longer offers all of it."""

import json
from typing import Any

import pytest
from market import BOTH
from shop import NOON, Shop, a_job

from bot.chat.making import Making
from bot.chat.talk import Speaker, Talk
from bot.jobs.offers import no_longer_offered
from bot.model import ChatId, Job, MessageId, Operation, Place, Request, UserId
from bot.store.port import Transaction

PLAIN = Request(Operation.IMAGE, "a cat", ratio="16:9")


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (PLAIN, None),
        (Request(Operation.IMAGE, "a cat", ratio="21:9"), "21:9"),
        (Request(Operation.IMAGE, "a cat", hd="4k"), "4K"),
        (Request(Operation.IMAGE, "a cat", mode="turbo"), "turbo"),
        (Request(Operation.IMAGE, "a cat", count=5), "×5"),
        (Request(Operation.IMAGE, "a cat", flags="--chaos 10"), "--chaos 10"),
        (Request(Operation.VIDEO, "waves", length_s=8, voice="kore"), "kore"),
        (Request(Operation.VIDEO, "waves", length_s=12), "12s"),
        (Request(Operation.REFERENCE_IMAGE, "in oil", references=("a",) * 7), "7 🖼"),
        (Request(Operation.REFERENCE_IMAGE, "in oil", references=("a",) * 6), None),
    ],
)
def test_what_is_not_offered_any_more_is_named(request_: Request, expected: str | None) -> None:
    spec = BOTH.spec("flow", request_.operation)
    assert spec is not None
    assert expected == no_longer_offered(request_, spec)


async def answers(shop: Shop, job: Job) -> list[dict[str, Any]]:
    """What is said when An presses Try again."""

    async def work(tx: Transaction) -> None:
        await tx.run(
            "user_seen", user_id=7, first_name="An", username=None, language_code="en", now=NOON
        )
        await tx.run("chat_seen", chat_id=7, kind="private", title="An", now=NOON)
        place = Place(ChatId(7), None, MessageId(1))
        talk = Talk(tx, Speaker(UserId(7), "An", "en"), place, True, "en", NOON)
        await Making(shop.desk, BOTH, "easel_bot").again(talk, job)

    await shop.store.write(work)
    rows = await shop.store.all("outbox_of_chat", chat_id=7)
    payloads = [json.loads(row["payload"]) for row in rows if row["say"] == "text"]
    return [said for payload in payloads for said in payload["lines"]]


async def test_once_more_is_refused_in_words_before_anything_is_held(shop: Shop) -> None:
    wish = Request(Operation.IMAGE, "a cat", hd="4k")
    (said,) = await answers(shop, a_job(provider="flow", request=wish))
    values = {"provider": "flow", "value": "4K"}
    assert {"key": "derive.no_longer_offered", "values": values} == said
    assert [] == await shop.store.all("jobs_in_state", state="queued")


async def test_once_more_of_what_is_offered_is_made(shop: Shop) -> None:
    assert [] == await answers(shop, a_job(provider="flow", request=PLAIN))
    assert 1 == len(await shop.store.all("jobs_in_state", state="queued"))
