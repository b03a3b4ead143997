"""What is ordered in the fault tests, and what must be true of it in the end."""

from collections.abc import Callable
from dataclasses import dataclass

from process import Host, until
from story import Message, Person, is_media, words

from bot.sandbox.apiframe import ApiframeSandbox
from bot.sandbox.flow import FlowSandbox
from bot.sandbox.weather import Held
from bot.sandbox.world import World

BROKEN = "Internal Server Error"


@dataclass(frozen=True)
class Order:
    """A command, and the provider's routes its work passes through."""

    text: str
    provider: str
    submit: str
    read: str
    """Part of the path by which its progress is asked for."""
    file: str
    """The end of the path of one of its files."""
    outputs: int

    def __str__(self) -> str:
        return self.submit.strip("/")

    @property
    def title(self) -> str:
        """The provider as people read it."""
        return "Midjourney" if self.provider == "apiframe" else "Flow AI"

    def sandbox(self, host: Host) -> ApiframeSandbox | FlowSandbox:
        return host.story.town.apiframe if self.provider == "apiframe" else host.story.town.flow

    def submits(self, host: Host) -> int:
        """How often it was sent to the provider."""
        calls = self.sandbox(host).calls
        return sum(1 for call in calls if call.path.endswith(self.submit))

    def reads(self, host: Host) -> int:
        return sum(1 for call in self.sandbox(host).calls if self.read in call.path)


IMAGINE = Order("/img một chú mèo cam", "apiframe", "/imagine", "/fetch", "/2.png", 4)
PICTURE = Order("/img một chú mèo cam --with flow", "flow", "/text-to-image", "/jobs/", "/image", 1)
FILM = Order("/video biển lúc bình minh", "flow", "/text-to-video", "/jobs/", "/video", 1)


def replies_to(person: Person, asked: Message) -> list[Message]:
    """Everything the bot said in reply to a message, as it reads now."""
    return [
        message
        for message in person.from_bot(asked["chat"]["id"])
        if message.get("reply_to_message", {}).get("message_id") == asked["message_id"]
    ]


def results_for(person: Person, asked: Message) -> list[Message]:
    return [message for message in replies_to(person, asked) if is_media(message)]


async def check_done_once(
    host: Host, person: Person, asked: Message, order: Order, *, submits: int = 1
) -> Message:
    """One result, one submit, one charge, and a book that adds up; the result."""
    result = await person.result_of(asked)
    await host.is_quiet()
    assert ["done"] == host.states()
    assert 1 == len(results_for(person, asked))
    assert 1 == len(order.sandbox(host).tasks)
    assert submits == order.submits(host)
    await check_charged(host, order)
    return result


async def check_charged(host: Host, order: Order) -> None:
    """The outputs of one order were used, by the entries and by the job."""
    charged = host.rows("SELECT held_free, held_vnd, charged_free, charged_vnd FROM job")
    assert [(0, 0, order.outputs, 0)] == charged
    assert order.outputs == host.free_used()
    await check_book(host)


async def check_given_back(host: Host, person: Person, asked: Message, order: Order) -> None:
    """It is under review: the hold went back, user and operator were told, nothing was resent."""
    told = await person.sees("không rõ yêu cầu đã đến nơi chưa")
    assert asked["message_id"] == told["reply_to_message"]["message_id"]
    assert "không bị tính phí" in words(told)
    await host.operator.sees(f"đã đến {order.title} hay chưa")
    await host.is_quiet()
    assert ["needs_review"] == host.states()
    assert [] == results_for(person, asked)
    assert 1 == order.submits(host)
    assert [(0, 0, 0, 0)] == host.rows(
        "SELECT held_free, held_vnd, charged_free, charged_vnd FROM job"
    )
    assert 0 == host.free_used()
    await check_book(host)


async def check_told_what_is_left(host: Host, person: Person, order: Order) -> None:
    """`/quota` says what the entries say."""
    quota = words(await person.answer_to(person.say("/quota")))
    images, films = (0, 1) if order is FILM else (order.outputs, 0)
    assert f"Ảnh miễn phí hôm nay: còn {40 - images}/40" in quota
    assert f"Video miễn phí hôm nay: còn {2 - films}/2" in quota


async def check_book(host: Host) -> None:
    verified = await host.command("ledger --verify")
    assert (0, "") == (verified.code, verified.err)


async def is_under_way(host: Host, order: Order) -> None:
    """The provider took it and was asked about it."""
    await until(lambda: host.states() == ["running"] and order.reads(host), "the work to begin")


async def turn_away(host: Host, order: Order, release: Callable[[], None]) -> None:
    """Let a held submit go on, and be refused untouched: as if it had never arrived."""
    sandbox = order.sandbox(host)
    credits_before, sandbox.credits = sandbox.credits, 0
    release()
    await until(lambda: sandbox.calls[-1].status == 402, "the submit to be turned away")
    sandbox.credits = credits_before


def end_the_search(host: Host) -> None:
    """The two minutes are over in which a lost submit is looked for."""
    host.change("UPDATE job SET deadline_at = 0, due_at = 0 WHERE state = 'unknown'")


async def is_answered(host: Host, person: Person, asked: Message) -> Message:
    """The status message, once the bot knows that it arrived."""
    status = await person.answer_to(asked)
    question = "SELECT 1 FROM job WHERE status_message_id = ?"
    await until(lambda: host.rows(question, status["message_id"]), "the status to be noted")
    return status


def was_broken_off(world: World, method: str) -> bool:
    """Whether a call that a kill had cut off was turned away since."""
    return any(c.method == method and c.description == BROKEN for c in world.calls)


async def kill_before_arrival(host: Host, call: Held, method: str) -> None:
    """Killed while a held call is on its way, which then takes no effect."""
    await host.kill()
    world = host.story.world
    world.fail_next(method, status=500, description=BROKEN)
    call.release()
    await world.wait_for(lambda w: was_broken_off(w, method))
