"""Small pictures and films to send, to fetch and to measure.

Knows nothing of who gets them. Lengths in pixels.
"""

import io
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import av
from PIL import Image


def picture(width: int, height: int, kind: str = "PNG", colour: str = "teal") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, kind)
    return buffer.getvalue()


def film(target: Path | BinaryIO, still: Image.Image, *, frames: int, rate: int) -> None:
    """Writes one still picture, `rate` frames a second: as the file is named, else as MP4."""
    with av.open(target, "w", format=None if isinstance(target, Path) else "mp4") as container:
        stream = container.add_stream("mpeg4", rate=rate)
        stream.width, stream.height, stream.pix_fmt = still.width, still.height, "yuv420p"
        stream.time_base = Fraction(1, rate)
        for _ in range(frames):
            frame = av.VideoFrame.from_image(still)  # type: ignore[no-untyped-call]  # PyAV's gap
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def clip() -> bytes:
    """Two seconds of video, 64 x 48."""
    buffer = io.BytesIO()
    film(buffer, Image.new("RGB", (64, 48)), frames=20, rate=10)
    return buffer.getvalue()
