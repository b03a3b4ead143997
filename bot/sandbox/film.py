"""Real MP4 files from still pictures: a slow camera, and light drifting through the frame.

Knows nothing of prompts, tasks or HTTP.
"""

import math
import random
from collections.abc import Sequence
from pathlib import Path

import av
from PIL import Image

from bot.sandbox.palette import palette_of
from bot.sandbox.render import Size, cover

FRAMES_PER_S = 12

VIDEO_SIZES: dict[str, Size] = {"16:9": (768, 432), "9:16": (432, 768), "1:1": (512, 512)}


def film(
    pictures: Sequence[Image.Image], path: Path, *, size: Size, seconds: int, seed: int
) -> None:
    """Write an H.264 MP4 of exactly `seconds`, showing the pictures one after the other.

    `size` in pixels, both even; 12 frames a second; yuv420p; the index stands before the media (faststart).
    """
    # More picture than frame: the camera needs room to move.
    room = (round(size[0] * 1.25), round(size[1] * 1.25))
    scenes = [cover(picture, room) for picture in pictures]
    motes = _Motes(scenes[0], size, seed)
    total = seconds * FRAMES_PER_S
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream(
            "libx264", rate=FRAMES_PER_S, options={"preset": "veryfast", "crf": "27", "bf": "0"}
        )
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        for number in range(total):
            frame = _seen(scenes, size, number / total)
            motes.drift(frame, number / FRAMES_PER_S)
            container.mux(stream.encode(_as_video_frame(frame)))
        container.mux(stream.encode())


def _seen(scenes: Sequence[Image.Image], size: Size, share: float) -> Image.Image:
    """What the camera sees when this share (0 to 1) of the film has passed."""
    place = share * len(scenes)
    index = min(int(place), len(scenes) - 1)
    view = _view(scenes[index], size, share)
    fade = (place - index - 0.75) / 0.25
    if fade <= 0 or index + 1 == len(scenes):
        return view
    return Image.blend(view, _view(scenes[index + 1], size, share), fade)


def _view(scene: Image.Image, size: Size, share: float) -> Image.Image:
    """All of the scene at first; then a window that glides across it and comes closer."""
    ease = (1 - math.cos(share * math.pi)) / 2
    scale = 1 - 0.12 * ease
    wide, tall = scene.width * scale, scene.height * scale
    left, top = (scene.width - wide) * ease, (scene.height - tall) * (1 - ease) * 0.8
    box = (left, top, left + wide, top + tall)
    return scene.resize(size, Image.Resampling.BILINEAR, box=box)


def _as_video_frame(picture: Image.Image) -> av.VideoFrame:
    frame = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]  # PyAV leaves it bare
    assert isinstance(frame, av.VideoFrame)
    return frame


class _Motes:
    """Small soft lights that rise and sway."""

    def __init__(self, scene: Image.Image, size: Size, seed: int) -> None:
        rng = random.Random(seed)
        self._colour = palette_of(scene).light
        self._size = size
        halo = Image.radial_gradient("L").point(
            [round(max(0, 1 - v / 181) ** 2 * 190) for v in range(256)]
        )
        self._lights = [
            (
                rng.random(),
                rng.random(),
                rng.uniform(0.02, 0.06),
                rng.uniform(0, math.tau),
                halo.resize((side, side)),
            )
            for side in (rng.choice([6, 8, 10, 16, 24]) for _ in range(26))
        ]

    def drift(self, frame: Image.Image, at_s: float) -> None:
        width, height = self._size
        for x, y, speed, phase, light in self._lights:
            left = round((x + 0.02 * math.sin(at_s + phase)) % 1 * width)
            top = round((y - speed * at_s) % 1 * (height + 24)) - 24
            frame.paste(self._colour, (left, top, left + light.width, top + light.height), light)
