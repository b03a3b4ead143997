"""What a message replies to: the message as Telegram tells of it, and the result of ours it shows.

Knows nothing of what the message asks for.
"""

from __future__ import annotations

from telegram import ExternalReplyInfo, MaybeInaccessibleMessage, Message

from bot.chat.afar import chat_replied_to
from bot.chat.deriving import Target
from bot.chat.migrating import quoted_job
from bot.chat.questions import Question
from bot.chat.talk import Speaker
from bot.jobs import book
from bot.jobs.buttons import read_press
from bot.jobs.codes import read_file_name
from bot.jobs.privacy import is_hidden
from bot.model import ChatId, JobId
from bot.store.port import Reading


def replied_to(message: Message) -> Message | ExternalReplyInfo | None:
    """What is replied to. From another topic or chat it comes apart: in a topic the plain field
    then names the message that opened the topic.
    """
    return message.external_reply or message.reply_to_message


async def target_of(
    reading: Reading,
    speaker: Speaker,
    message: Message,
    *,
    question: Question | None,
    bot_id: int,
) -> Target | None:
    """The result replied to or asked about, by our own table: no guessing, however old it is.

    What is hidden where it stands, or where the answer would go, is not there.
    """
    replied = replied_to(message)
    if replied is None:
        return None
    stands_in = ChatId(chat_replied_to(message).id)
    job, tile = await quoted_job(reading, message, replied, bot_id), None
    if replied.message_id is not None:
        row = await reading.one("message_get", chat_id=stands_in, message_id=replied.message_id)
        job_id, tile = (row["job_id"], row["tile"]) if row else _as_shown(replied, bot_id)
        if job_id is None and question is not None:
            job_id, tile = question.job_id, question.tile
        job = await book.find_job(reading, job_id) if job_id else None
    chats = {stands_in, ChatId(message.chat.id)}
    if job is None or any(is_hidden(job, chat, speaker.user_id) for chat in chats):
        return None
    return Target(job, tile)


def _as_shown(replied: Message | ExternalReplyInfo, bot_id: int) -> tuple[JobId | None, int | None]:
    """What a picture or video of ours is by its file's name, else by its buttons.

    So it is with one that was seen before we heard that it arrived, or will never hear it.
    """
    if not isinstance(replied, Message) or not replied.from_user or replied.from_user.id != bot_id:
        return None, None
    if replied.document and (named := read_file_name(replied.document.file_name or "")):
        return named
    data = buttons_of(replied) if replied.photo or replied.video else set()
    presses = [press for each in data if (press := read_press(str(each)))]
    jobs = {press.job_id for press in presses if press.job_id is not None}
    tiles = {press.tile for press in presses if press.tile is not None}
    return jobs.pop() if len(jobs) == 1 else None, tiles.pop() if len(tiles) == 1 else None


def buttons_of(message: MaybeInaccessibleMessage) -> set[str | object | None]:
    """What the buttons under a message mean; an old message does not tell."""
    markup = message.reply_markup if isinstance(message, Message) else None
    rows = markup.inline_keyboard if markup else ()
    return {button.callback_data for row in rows for button in row}
