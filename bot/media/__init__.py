"""Media files: what they are, how they are drawn small, how they reach the disk.

Knows nothing of jobs, chats or providers. Everything but ``receive`` blocks: call it with
``asyncio.to_thread``.
"""

from bot.media.drawing import grid, photo_copy, thumbnail
from bot.media.enlarging import enlarge
from bot.media.files import receive
from bot.media.probing import (
    ImageProbe,
    VideoProbe,
    fits_photo,
    probe_image,
    probe_video,
    sniff,
)
from bot.media.reference import fitted, keep_reference

__all__ = [
    "ImageProbe",
    "VideoProbe",
    "enlarge",
    "fits_photo",
    "fitted",
    "grid",
    "keep_reference",
    "photo_copy",
    "probe_image",
    "probe_video",
    "receive",
    "sniff",
    "thumbnail",
]
