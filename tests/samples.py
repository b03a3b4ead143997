"""Small pictures and films to send, to fetch and to measure.

Knows nothing of who gets them. Lengths in pixels.
"""

import io
import os
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import av
from PIL import Image

RED, GREEN, BLUE, WHITE = (220, 20, 20), (20, 180, 20), (20, 20, 220), (250, 250, 250)


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


def draw(path: Path, width: int, height: int, color: tuple[int, ...] = RED) -> Path:
    """Writes a picture of one colour."""
    mode = "RGBA" if len(color) == 4 else "RGB"
    Image.new(mode, (width, height), color).save(path)
    return path


def noise(path: Path, width: int, height: int) -> Path:
    """Writes a picture that no format packs any smaller."""
    Image.frombytes("RGB", (width, height), os.urandom(width * height * 3)).save(path)
    return path


def is_near(expected: tuple[int, ...], actual: object) -> bool:
    """Whether a pixel has this colour, as far as a JPEG keeps it."""
    assert isinstance(actual, tuple)
    return all(abs(e - a) < 40 for e, a in zip(expected, actual, strict=True))
