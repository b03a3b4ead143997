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
    people: Chi (vi, never started)                   there without being told
    group “Hội vẽ”: An, Ben                           the first of them is its admin
    forum “Hội vẽ” (Mèo, Thuyền): An, Ben
    basic group “Hội vẽ”: An, Ben
    group “Hội vẽ”, without the bot: An, Ben
    free each day: 4 pictures, 0 videos               instead of the shipped plan
    only who was invited may use the bot
    An: /img một chú mèo                              a further line begins with "  | "
    An in “Hội vẽ” › “Mèo”: /img@easel_bot mèo        in a group, in a topic
    An as the group in “Hội vẽ”: /img@easel_bot mèo   as an anonymous admin
    An replying to #2: phóng to 2                     to a message of the bot
    An replying to “/img một chú mèo”: đẹp quá        to a person's message
    An sends a photo: /img như thế này                a caption; also "2 photos", "a video",
    An sends a picture as a file                      "2 pictures as files"
    An sends a text file: /img                        with the further lines in it
    An blocks the bot                                 "unblocks"
    An presses [V1] under #2                          a button's words, with or without its price
    An deletes #2
    An pays 50000 đồng                                the shop tops up the balance
    An pays 50000 đồng for “Hội vẽ”                   that of the group
    An brings the bot into “Hội vẽ”                   "removes the bot from"
    An makes the bot an admin of “Hội vẽ”             "a member"
    An takes from the bot in “Hội vẽ”: photos, files  "videos", "messages"
    An gives the bot all rights in “Hội vẽ”
    “Hội vẽ” becomes a supergroup
    the provider begins                               orders are let in
    the provider is at 45 %                           seen when it is looked at next
    the provider finishes                             orders are let in, all is made and sent
    the provider finishes <code 2>                    that one alone; so with "fails"
    the provider fails: words                         what it was making
    the provider refuses: words                       the orders at its door
    the provider has no credits / new credits
    20 seconds pass                                   minutes, hours, days
    the bot restarts

Lines right under each other, without an empty one between, happen at the same moment.
Under each stands what the bot says to it, whole: new messages with their number and what they
reply to, edits of earlier ones, deletions, nods (reactions), and what floats by after a press. `**bold**`,
`` `code` `` (copied by a tap), `[words](address)`, `[buttons]` row by row. Remarks begin with `#`.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, assert_never

from samples import clip, picture
from story import Person
from transcript_lines import (
    OPERATOR,
    STRANGER,
    Click,
    Deed,
    Delete,
    Door,
    Given,
    Group,
    Invited,
    Migrate,
    Paid,
    People,
    Place,
    Provider,
    Restart,
    Say,
    Send,
    Standing,
    Step,
    Wait,
    read_story,
)
from transcript_stage import Stage, opened_stage
from transcript_told import MOMENT, Chat, Teller
from transcript_words import Codes, button_of, quote_of

from bot.sandbox.migrating import migrate_group
from bot.sandbox.service import ProviderSandbox
from bot.sandbox.tasks import Running, Task, Waiting

SCENE = (People, Group, Given, Invited)
STORIES = Path(__file__).parent / "transcripts"
FIRST_GROUP = -1_001_000_000_001
FIRST_BASIC_GROUP = -4_001
"""Downwards from there, as they come."""
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
        for together in _moments(steps[len(scene) :]):
            try:
                blocks += await self._block(together)
            except Exception as error:
                error.add_note("\n\n".join(["told until then:", *filter(None, blocks)]))
                raise
        return "\n\n".join(block for block in blocks if block) + "\n"

    def _set(self, deed: Deed) -> None:
        match deed:
            case People():
                for name, language, what in deed.people:
                    self._people[name] = self._appear(name, language, what)
                runs = [self._people[n].user_id for n, _, what in deed.people if what == OPERATOR]
                self._stage.environ["BOT_ADMIN_IDS"] = ",".join(map(str, runs))
            case Given():
                self._stage.give(deed.images, deed.videos)
            case Invited():
                self._stage.environ["BOT_ACCESS"] = "approved"
            case Group():
                self._groups[deed.title] = self._gather(deed)

    def _appear(self, name: str, language: str, what: str) -> Person:
        story = self._stage.story
        return (story.stranger if what == STRANGER else story.person)(name, language)

    def _gather(self, deed: Group) -> Chat:
        first = FIRST_BASIC_GROUP if deed.is_basic else FIRST_GROUP
        chat = Chat(first - len(self._groups), deed.title)
        members = [self._people[name].user_id for name in deed.members]
        self._world.add_group(
            deed.title,
            members,
            admins=members[:1],
            is_forum=bool(deed.topics),
            chat_id=chat.chat_id,
        )
        chat.topics = {name: self._world.add_topic(chat.chat_id, name) for name in deed.topics}
        if not deed.has_bot:
            self._world.chats.rooms[chat.chat_id].members[self._world.bot["id"]] = "left"
        return chat

    async def _block(self, together: Sequence[Step]) -> list[str]:
        """What is done at one moment, and what comes of it."""
        if isinstance(together[0].deed, Say | Send | Click):
            await self._stage.put_on(A_MOMENT_S)
        for step in together:
            await self._do(step.deed)
        await self._stage.settle()
        self._codes.learn(self._stage.codes())
        told = self._teller.told(await self._events())
        asks = any(isinstance(step.deed, Say | Send | Click) for step in together)
        nothing = ["(the bot says nothing)"] if asks else []
        lines = "\n".join(line for step in together for line in step.lines)
        return ["\n".join(together[0].remarks), lines, *(told or nothing)]

    async def _do(self, deed: Deed) -> None:
        match deed:
            case Say() | Send() | Click() | Door():
                self._act(deed)
            case Delete():
                self._world.delete_message(*self._teller.place_of(deed.number))
            case Paid():
                wallet = self._groups[deed.group].chat_id if deed.group else None
                await self._stage.pay(wallet or self._people[deed.who].user_id, deed.vnd)
            case Standing() | Migrate():
                self._change(deed)
            case Provider():
                await self._cue(deed)
            case Wait():
                await self._stage.put_on(deed.seconds)
            case Restart():
                await self._stage.aclose()
                await self._stage.open()
            case People() | Group() | Given() | Invited():
                raise ValueError("the scene is set before the first deed")
            case _:
                assert_never(deed)

    def _change(self, deed: Standing | Migrate) -> None:
        group = self._groups[deed.group]
        if isinstance(deed, Migrate):
            group.former_id = group.chat_id
            group.chat_id = migrate_group(self._world, group.chat_id)
        else:
            self._stand(deed, group.chat_id)

    def _stand(self, deed: Standing, chat_id: int) -> None:
        user_id = self._people[deed.who].user_id
        match deed.how:
            case "remove":
                self._world.remove_bot(user_id, chat_id)
            case "promote":
                self._world.add_bot(user_id, chat_id, status="administrator")
            case "restrict" | "free":
                self._world.restrict_bot(user_id, chat_id, *deed.lacking)
            case _:
                self._world.add_bot(user_id, chat_id)

    def _door(self, deed: Door) -> None:
        change = self._world.block_bot if deed.shut else self._world.unblock_bot
        change(self._people[deed.who].user_id)

    def _act(self, deed: Say | Send | Click | Door) -> None:
        match deed:
            case Door():
                self._door(deed)
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
            reply_chat=self._chat_replied(chat_id, deed.to),
            thread_id=thread_id,
            as_chat=deed.as_group,
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

    def _chat_replied(self, chat_id: int, to: str) -> int:
        return self._teller.place_of(int(to[1:]))[0] if to.startswith("#") else chat_id

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
                meant = self._stage.running(self._codes.show(deed.code))
                for service in (town.apiframe, town.flow):
                    for task_id in _unfinished(service, meant.values()):
                        _bring_on(deed, service, task_id)
                if deed.act != "is at":
                    await self._stage.until_made(meant.keys())

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


def _moments(steps: Sequence[Step]) -> list[list[Step]]:
    """The steps, those that happen together as one."""
    moments: list[list[Step]] = []
    for step in steps:
        if step.is_with_former and moments:
            moments[-1].append(step)
        else:
            moments.append([step])
    return moments


def _unfinished(service: ProviderSandbox, meant: Collection[str]) -> list[str]:
    return [
        task_id
        for task_id, task in service.tasks.items()
        if task_id in meant and isinstance(service.stage(task), Running | Waiting)
    ]


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
        steps.insert(0, Step(People((("An", language, ""),)), 0))
    async with opened_stage(folder) as stage:
        return await Play(stage).play(steps)


def main() -> None:
    [file] = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(asyncio.run(told(Path(file), Path(folder))))


if __name__ == "__main__":
    main()
