"""What stands in a group in place of a result that went to the private chat of who asked for it.

Knows nothing of how it went there.
"""

from __future__ import annotations

from bot.delivery.meaning import MessageGone, SendRefused
from bot.delivery.presentation import Words, elsewhere_keyboard
from bot.delivery.scene import Scene
from bot.delivery.sent import Sent
from bot.delivery.telegram import TelegramSender
from bot.model import ChatId, MessageId, Outgoing


def stub(scene: Scene) -> Words:
    """That it was sent privately, or what who asked has to do to get it."""
    job = scene.job
    stands = "waits" if job.detail else "sent"
    html = scene.tongue.html(f"stub.{stands}_{job.request.operation.output_kind}", name=scene.asker)
    return Words(html, elsewhere_keyboard(scene, job.chat_id))


class Stubs:
    """Made once; puts one at a time."""

    def __init__(self, telegram: TelegramSender) -> None:
        self._telegram = telegram

    async def put(self, row: Outgoing, scene: Scene) -> Sent:
        """Take away what shows the result, then say where it is. Media cannot become words.

        Raises SendError; what is gone already may be taken away again.
        """
        chat_id, words = row.place.chat_id, stub(scene)
        gone = [
            await self._take_away(chat_id, MessageId(number)) for number in row.payload["messages"]
        ]
        html = words.html if all(gone) else f"{words.html}\n{scene.tongue.html('stub.too_old')}"
        message = await self._telegram.text(row.place, html, words.keyboard)
        if chat_id != scene.job.chat_id:
            return Sent()
        return Sent(status_message_id=MessageId(message.message_id))

    async def _take_away(self, chat_id: ChatId, message_id: MessageId) -> bool:
        """False: Telegram lets nobody but the group's admins, which it does not 48 hours on.

        Nor does it let anybody in the chat that the group was before it moved.
        """
        if message_id < 0:
            return False
        try:
            await self._telegram.delete(chat_id, message_id)
        except MessageGone:
            return True
        except SendRefused:
            return False
        return True
