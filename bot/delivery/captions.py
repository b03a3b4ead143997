"""What stands under a result, and instead of one. Pure: a scene in, Telegram's HTML out.

Knows nothing of sending, nor of buttons.
"""

from __future__ import annotations

import html
import re

from bot.delivery.meaning import MediaForbidden, SendRefused
from bot.delivery.presentation import clip, details, headline, low_balance
from bot.delivery.scene import Scene
from bot.i18n import Tongue
from bot.model import Asset, AssetKind, Job

CAPTION_MAX = 1_024
"""UTF-16 units Telegram takes of a caption once its markup is read."""
PROMPT_MAX = (600, 450, 300, 150, 20)
"""UTF-16 units of the prompt: the first that leaves room for the rest."""
CONTACT_MAX = 100
"""UTF-16 units of whom to ask."""

_MARKUP = re.compile(r"<[^>]*>")


def result_caption(
    scene: Scene, tile: int | None, *, too_big: Asset | None = None, limit_bytes: int = 0
) -> str:
    """Under the result (``tile`` None: all of it): prompt, who made it, what it cost, its code.

    ``too_big``: what is shown is a smaller copy of it, and Telegram's limit was ``limit_bytes``.
    """
    tail = [details(scene, tile), _facts(scene)]
    if tile is None:
        tail += low_balance(scene)
    if too_big is not None:
        tail.append(copy_word(scene, too_big, limit_bytes))
    for most in PROMPT_MAX:
        caption = "\n".join([headline(scene, most), *tail])
        if _length(caption) <= CAPTION_MAX:
            break
    return caption


def copy_word(scene: Scene, asset: Asset, limit_bytes: int) -> str:
    """That this is a smaller copy, why, and where the original is."""
    tongue = scene.tongue
    return tongue.html(
        f"copy.{asset.kind}",
        size=tongue.megabytes(asset.size_bytes),
        limit=tongue.megabytes(limit_bytes),
        contact=_contact(scene),
    )


def _facts(scene: Scene) -> str:
    job, tongue = scene.job, scene.tongue
    facts = [_charged(job, tongue)]
    if scene.is_in_group and job.request_message_id is None:  # no reply shows whose it is
        facts.insert(0, tongue.html("caption.for", name=scene.asker))
    if job.bulk_number is not None and scene.bulk_count is not None:
        facts.append(tongue.html("caption.bulk", number=job.bulk_number, count=scene.bulk_count))
    facts.append(tongue.html("caption.code", code=job.job_id))
    return " · ".join(facts)


def _charged(job: Job, tongue: Tongue) -> str:
    if job.charged_vnd == 0:
        return tongue.html("caption.free")
    key = "caption.of_group" if job.payer_id < 0 else "caption.price"
    return tongue.html(key, price=tongue.money(job.charged_vnd))


def _contact(scene: Scene) -> str:
    """Whom to ask for the original."""
    return clip(scene.contact, CONTACT_MAX) or scene.tongue.text("contact.unnamed")


def _length(markup: str) -> int:
    """As Telegram counts: in UTF-16 units, once the markup is read."""
    return len(html.unescape(_MARKUP.sub("", markup)).encode("utf-16-le")) // 2


def ping(scene: Scene) -> str:
    """After a long wait, in reply to what an edit brought."""
    return scene.tongue.html("result.ping")


def below(scene: Scene) -> str:
    """In place of a status message that cannot be taken away."""
    return scene.tongue.html("result.below")


def not_taken(scene: Scene, error: SendRefused) -> str:
    """Instead of a result that this chat may not be sent: which right is missing, where it is."""
    key = f"result.no_{error.kind}" if isinstance(error, MediaForbidden) else "result.not_taken"
    return scene.tongue.html(key, code=scene.job.job_id)


def too_big(scene: Scene, asset: Asset, limit_bytes: int) -> str:
    """Instead of a file Telegram would refuse and no smaller copy could be made of."""
    tongue = scene.tongue
    key = "result.too_big_video" if asset.kind is AssetKind.VIDEO else "result.too_big_image"
    return tongue.html(
        key,
        size=tongue.megabytes(asset.size_bytes),
        limit=tongue.megabytes(limit_bytes),
        code=scene.job.job_id,
        contact=_contact(scene),
    )
