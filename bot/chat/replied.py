"""What a message replies to: the message as Telegram tells of it, and the result of ours it shows.

Knows nothing of what the message asks for.
"""

from __future__ import annotations

from telegram import ExternalReplyInfo, Message

from bot.chat.afar import chat_replied_to
from bot.chat.deriving import Target
from bot.chat.migrating import quoted_job
from bot.chat.questions import Question
from bot.chat.talk import Speaker
from bot.jobs import book
from bot.jobs.privacy import is_hidden
from bot.model import ChatId
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
        job = await book.find_job(reading, row["job_id"]) if row else None
        tile = row["tile"] if row else None
    if job is None and question is not None and question.job_id is not None:
        job, tile = await book.find_job(reading, question.job_id), question.tile
    chats = {stands_in, ChatId(message.chat.id)}
    if job is None or any(is_hidden(job, chat, speaker.user_id) for chat in chats):
        return None
    return Target(job, tile)
