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
        html = "\n".join([words.html, *await self._what_stays(row, scene)])
        message = await self._telegram.text(row.place, html, words.keyboard)
        if chat_id != scene.job.chat_id:
            return Sent()
        return Sent(status_message_id=MessageId(message.message_id))

    async def _what_stays(self, row: Outgoing, scene: Scene) -> list[str]:
        """Take away what shows it; why some of it still stands, if so.

        In the chat that the group was before it moved, nobody can take anything away for it.
        """
        numbers = [MessageId(number) for number in row.payload["messages"]]
        here = [number for number in numbers if number > 0]
        gone = [await self._take_away(row.place.chat_id, number) for number in here]
        why = [] if all(gone) else ["stub.too_old"]
        if len(here) < len(numbers):
            why.append("stub.before_move")
        return [scene.tongue.html(key) for key in why]

    async def _take_away(self, chat_id: ChatId, message_id: MessageId) -> bool:
        """False: Telegram lets nobody but the group's admins, which it does not 48 hours on."""
        try:
            await self._telegram.delete(chat_id, message_id)
        except MessageGone:
            return True
        except SendRefused:
            return False
        return True
