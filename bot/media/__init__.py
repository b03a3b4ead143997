"""Media files: what they are, how they are drawn small, how they reach the disk, and
what they say of how they were made.

Knows nothing of jobs, chats or providers. Everything but ``receive`` blocks: call it with
``asyncio.to_thread``.
"""

from bot.media.drawing import film_thumbnail, grid, photo_copy, picture_thumbnail
from bot.media.enlarging import enlarge
from bot.media.files import receive
from bot.media.filming import film_copy
from bot.media.marking import is_marked, mark
from bot.media.probing import (
    ImageProbe,
    VideoProbe,
    fits_photo,
    probe_image,
    probe_video,
    sniff,
)
from bot.media.reference import UPLOAD, fitted, forget, keep_reference

__all__ = [
    "UPLOAD",
    "ImageProbe",
    "VideoProbe",
    "enlarge",
    "film_copy",
    "film_thumbnail",
    "fits_photo",
    "fitted",
    "forget",
    "grid",
    "is_marked",
    "keep_reference",
    "mark",
    "photo_copy",
    "picture_thumbnail",
    "probe_image",
    "probe_video",
    "receive",
    "sniff",
]
