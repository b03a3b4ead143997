"""Chat stories as texts: `tests/transcripts/vi/NAME.txt` and the same story in `en`.

`PYTHONPATH=tests python -m transcript FILE` plays a story and prints it as it is really told, for
whoever writes one to read and to keep; it changes no file (when a sentence of many stories has
changed, a loop of the shell may: look at what `git diff` says then). `test_transcripts.py` plays each and
compares to the letter. Nothing is left to chance: the clock stands still until the story puts it
on, and the providers wait for their cue (`transcript_stage`). What varies all the same is
written as a placeholder: `<code 1>` is the first job code that appeared, whatever it is today,
and the same one wherever it stands, also in what people write.

A story is what people do, one line each, in the order it happens:

    people: An (vi), Ben (en), Lan (vi, operator)     the first lines set the scene; An is
    group “Hội vẽ”: An, Ben                           there without being told
    forum “Hội vẽ” (Mèo, Thuyền): An, Ben
    free each day: 4 pictures, 0 videos               instead of the shipped plan
    An: /img một chú mèo                              a further line begins with "  | "
    An in “Hội vẽ” › “Mèo”: /img@easel_bot mèo        in a group, in a topic
    An replying to #2: phóng to 2                     to a message of the bot
    An replying to “/img một chú mèo”: đẹp quá        to a person's message
    An sends a photo: /img như thế này                a caption; also "2 photos", "a video",
    An sends a picture as a file                      "2 pictures as files"
    An sends a text file: /img                        with the further lines in it
    An blocks the bot                                 "unblocks"
    An presses [V1] under #2                          a button's words, with or without its price
    An deletes #2
    An pays 50000 đồng                                the shop tops up the balance
    the provider begins                               orders are let in
    the provider is at 45 %                           seen when it is looked at next
    the provider finishes                             orders are let in, all is made and sent
    the provider fails: words                         what it was making
    the provider refuses: words                       the orders at its door
    the provider has no credits / new credits
    20 seconds pass                                   minutes, hours, days
    the bot restarts

Under each stands what the bot says to it, whole: new messages with their number and what they
reply to, edits of earlier ones, deletions, and what floats by after a press. `**bold**`,
`` `code` `` (copied by a tap), `[words](address)`, `[buttons]` row by row. Remarks begin with `#`.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, assert_never

from samples import clip, picture
from story import Person
from transcript_lines import (
    Click,
    Deed,
    Delete,
    Door,
    Given,
    Group,
    Paid,
    People,
    Place,
    Provider,
    Restart,
    Say,
    Send,
    Step,
    Wait,
    read_story,
)
from transcript_stage import Stage, opened_stage
from transcript_told import MOMENT, Chat, Teller
from transcript_words import Codes, button_of, quote_of

from bot.sandbox.service import ProviderSandbox
from bot.sandbox.tasks import Running, Task, Waiting

SCENE = (People, Group, Given)
STORIES = Path(__file__).parent / "transcripts"
A_MOMENT_S = 1.0
"""Before everything people do: nobody is faster."""
HAIR_S = 1e-3
"""So that 45 % is not 44.999… %."""
COLOURS = ("teal", "orange", "purple", "gold", "navy", "crimson")


class Play:
    """One story being played on a stage."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._world = stage.story.world
        self._heard = self._world.subscribe()
        stage.each_moment = lambda: self._heard.put(MOMENT)
        self._codes = Codes()
        self._people: dict[str, Person] = {}
        self._groups: dict[str, Chat] = {}
        self._teller = Teller(self._world.bot["id"], self._codes, self._people, self._groups)

    async def play(self, steps: Sequence[Step]) -> str:
        """The story as it was told."""
        scene = [step for step in steps if isinstance(step.deed, SCENE)]
        blocks = ["\n".join(line for step in scene for line in step.remarks)]
        blocks.append("\n".join(line for step in scene for line in step.lines))
        for step in scene:
            self._set(step.deed)
        await self._stage.open()
        await self._stage.settle()
        await self._events()
        for step in steps[len(scene) :]:
            blocks += await self._block(step)
        return "\n\n".join(block for block in blocks if block) + "\n"

    def _set(self, deed: Deed) -> None:
        match deed:
            case People():
                for name, language, _ in deed.people:
                    self._people[name] = self._stage.story.person(name, language)
                runs = [self._people[name].user_id for name, _, runs in deed.people if runs]
                self._stage.environ["BOT_ADMIN_IDS"] = ",".join(map(str, runs))
            case Given():
                self._stage.give(deed.images, deed.videos)
            case Group():
                members = [self._people[name] for name in deed.members]
                forum = bool(deed.topics)
                chat = Chat(
                    self._stage.story.group(deed.title, *members, is_forum=forum), deed.title
                )
                chat.topics = {
                    name: self._world.add_topic(chat.chat_id, name) for name in deed.topics
                }
                self._groups[deed.title] = chat

    async def _block(self, step: Step) -> list[str]:
        await self._do(step.deed)
        self._codes.learn(self._stage.codes())
        told = self._teller.told(await self._events())
        asks = isinstance(step.deed, Say | Send | Click)
        nothing = ["(the bot says nothing)"] if asks else []
        return ["\n".join(step.remarks), "\n".join(step.lines), *(told or nothing)]

    async def _do(self, deed: Deed) -> None:
        match deed:
            case Say() | Send() | Click():
                await self._stage.put_on(A_MOMENT_S)
                self._act(deed)
            case Door():
                self._door(deed)
            case Delete():
                self._world.delete_message(*self._teller.place_of(deed.number))
            case Paid():
                await self._stage.pay(self._people[deed.who].user_id, deed.vnd)
            case Provider():
                await self._cue(deed)
            case Wait():
                await self._stage.put_on(deed.seconds)
            case Restart():
                await self._stage.aclose()
                await self._stage.open()
            case People() | Group() | Given():
                raise ValueError("the scene is set before the first deed")
            case _:
                assert_never(deed)
        await self._stage.settle()

    def _door(self, deed: Door) -> None:
        change = self._world.block_bot if deed.shut else self._world.unblock_bot
        change(self._people[deed.who].user_id)

    def _act(self, deed: Say | Send | Click) -> None:
        match deed:
            case Say():
                self._say(deed)
            case Send():
                self._send(deed)
            case Click():
                self._click(deed)

    def _where(self, who: str, place: Place) -> tuple[int, int | None]:
        if not place.group:
            return self._people[who].user_id, None
        group = self._groups[place.group]
        return group.chat_id, group.topics[place.topic] if place.topic else None

    def _say(self, deed: Say) -> None:
        chat_id, thread_id = self._where(deed.who, deed.place)
        self._world.send_text(
            self._people[deed.who].user_id,
            chat_id,
            self._codes.show(deed.text),
            reply_to=self._replied(chat_id, deed.to),
            thread_id=thread_id,
        )

    def _send(self, deed: Send) -> None:
        chat_id, thread_id = self._where(deed.who, deed.place)
        self._world.send_files(
            self._people[deed.who].user_id,
            chat_id,
            [_file(deed, number) for number in range(deed.count)],
            caption=self._codes.show(deed.text) or None,
            reply_to=self._replied(chat_id, deed.to),
            thread_id=thread_id,
            as_document=deed.what in {"file", "text"},
        )

    def _replied(self, chat_id: int, to: str) -> int | None:
        if not to:
            return None
        if to.startswith("#"):
            return self._teller.place_of(int(to[1:]))[1]
        theirs = [
            message["message_id"]
            for message in self._world.messages(chat_id)
            if not message["from"]["is_bot"] and self._codes.hide(quote_of(message)) == to
        ]
        return int(theirs[-1])

    def _click(self, deed: Click) -> None:
        chat_id, message_id = self._teller.place_of(deed.under)
        person = self._people[deed.who]
        label = self._codes.show(deed.label)
        button = button_of(self._world.message(chat_id, message_id), label)
        self._world.press(person.user_id, chat_id, message_id, button["callback_data"])
        self._stage.presses += 1

    async def _cue(self, deed: Provider) -> None:
        door, town = self._stage.door, self._stage.story.town
        match deed.act:
            case "begins":
                door.let_in()
            case "refuses":
                door.turn_away(deed.value)
            case "credits":
                town.apiframe.credits = town.flow.credits = 0 if deed.value == "no" else 4_000
            case _:
                door.let_in()
                await self._stage.settle()
                for service in (town.apiframe, town.flow):
                    for task_id in self._unfinished(service):
                        _bring_on(deed, service, task_id)
                if deed.act != "is at":
                    await self._stage.until_made()

    @staticmethod
    def _unfinished(service: ProviderSandbox) -> list[str]:
        return [
            task_id
            for task_id, task in service.tasks.items()
            if isinstance(service.stage(task), Running | Waiting)
        ]

    async def _events(self) -> list[dict[str, Any]]:
        """What has happened since the last look."""
        end: dict[str, Any] = {"type": "end"}
        self._heard.put(end)
        events = []
        async for event in self._heard:
            if event is end:
                break
            events.append(event)
        return events


def _bring_on(deed: Provider, service: ProviderSandbox, task_id: str) -> None:
    match deed.act:
        case "finishes":
            service.finish_now(task_id)
        case "fails":
            service.fail_task(task_id, deed.value)
        case _:
            _bring_to(int(deed.value) / 100, service, service.tasks[task_id])


def _bring_to(fraction: float, service: ProviderSandbox, task: Task) -> None:
    """As if it had begun so long ago: the providers' clock hardly moves."""
    stage = service.stage(task)
    reached = stage.fraction if isinstance(stage, Running) else 0.0
    task.start_s -= (fraction - reached) * task.work_s + HAIR_S


def _file(deed: Send, number: int) -> tuple[str, bytes]:
    if deed.what == "text":
        return "list.txt", "\n".join(deed.content).encode()
    if deed.what == "video":
        return "clip.mp4", clip()
    colour = COLOURS[number % len(COLOURS)]
    return f"picture-{number + 1}.png", picture(800, 600, colour=colour)


async def told(file: Path, folder: Path) -> str:
    """The story of a file as it is really told; it is played in ``folder``."""
    steps = read_story(file.read_text(encoding="utf-8"), str(file))
    language = file.parent.name
    if not any(isinstance(step.deed, People) for step in steps):
        steps.insert(0, Step(People((("An", language, False),)), 0))
    async with opened_stage(folder) as stage:
        return await Play(stage).play(steps)


def main() -> None:
    [file] = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(asyncio.run(told(Path(file), Path(folder))))


if __name__ == "__main__":
    main()
