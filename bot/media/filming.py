"""A smaller copy of a film that is too large to send. Never changes the original.

Knows nothing of jobs, chats or providers. Blocks for about as long as the film plays.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.errors import BrokenMedia, FileTooBig
from bot.media.files import part_of, settle
from bot.media.marking import is_marked, mark
from bot.media.probing import AV_TIME_BASE, open_video, unpacking

if TYPE_CHECKING:
    from av.container import InputContainer, OutputContainer
    from av.filter import Graph
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

SIDES: Final = ((1_500_000, 1920), (500_000, 1280), (0, 640))
"""From how many bits a second on which longer side in pixels looks well."""
MOST_BITS: Final = 8_000_000
"""A second: more is not seen on a phone."""
LEAST_BITS: Final = 60_000
SOUND_BITS: Final = 192_000
"""A second, where the film does not tell."""
GUESSED_S: Final = 60.0
"""Length of a film that does not tell; a wrong guess costs one more try."""
TRIES: Final = 4
ROOM: Final = 0.92
"""Of the bytes allowed that are aimed at: what the encoder is told it keeps only about."""

_TURNS: Final[dict[int, tuple[tuple[str, str], ...]]] = {
    0: (),
    90: (("transpose", "cclock"),),
    180: (("hflip", ""), ("vflip", "")),
    270: (("transpose", "clock"),),
}
_ENCODING: Final = {
    "preset": "veryfast",
    "rc-lookahead": "10",  # each picture it looks ahead stands in memory
    "threads": "2",
}


@dataclasses.dataclass(frozen=True, slots=True)
class _Shape:
    """Of its pictures as they stand in the file, and how far they are turned for people."""

    width: int
    height: int
    turn: int


def film_copy(path: Path, dest: Path, max_bytes: int) -> None:
    """Write an MP4 of the film, upright and with its sound, of at most ``max_bytes``.

    It starts to play before it has arrived, and says what the original says of who made it. Goes
    picture by picture, so memory does not follow its length, and holds ``unpacking`` for the
    first alone: nobody waits for a film. One call at a time. Raises BrokenMedia, FileTooBig.
    """
    import av  # noqa: PLC0415  # 22 MB that a bot without videos does not need

    part = part_of(dest)
    bits: float = MOST_BITS
    try:
        with unpacking, open_video(path) as (_, first):
            shape = _Shape(first.width, first.height, first.rotation % 360)
        for _ in range(TRIES):
            bits = _write(path, shape, part, most_bits=bits, max_bytes=max_bytes)
            size_bytes = part.stat().st_size
            if size_bytes <= max_bytes:
                if is_marked(path):
                    mark(part)
                settle(dest)
                return
            bits = max(LEAST_BITS, bits * ROOM * max_bytes / size_bytes * ROOM)
        raise FileTooBig(dest.name, max_bytes)
    except av.FFmpegError as error:
        raise BrokenMedia(path.name, str(error)) from error
    finally:
        part.unlink(missing_ok=True)


def _write(path: Path, shape: _Shape, part: Path, *, most_bits: float, max_bytes: int) -> float:
    """One try; how many bits a second it was given."""
    import av  # noqa: PLC0415  # see film_copy

    with (
        # Opened anew: gone back to its beginning, a film leaves out how its sound begins.
        av.open(str(path), "r", format="mov", metadata_errors="replace") as film,
        av.open(str(part), "w", format="mp4", options={"movflags": "+faststart"}) as copy,
    ):
        bits = min(most_bits, _bits_for(film, max_bytes))
        _transcode(film, shape, copy, bits=int(bits))
    return bits


def _bits_for(film: InputContainer, max_bytes: int) -> float:
    """What its pictures may take, each second."""
    length_s = film.duration / AV_TIME_BASE if film.duration else GUESSED_S
    sound = sum(each.bit_rate or SOUND_BITS for each in film.streams.audio[:1])
    return max(LEAST_BITS, max_bytes * 8 * ROOM / max(1.0, length_s) - sound)


def _transcode(film: InputContainer, shape: _Shape, copy: OutputContainer, *, bits: int) -> None:
    source = film.streams.video[0]
    sound = next(iter(film.streams.audio), None)
    width, height = _size(shape, bits)
    graph = _shaping(source, width, height, shape.turn)
    target = copy.add_stream(
        "libx264",
        rate=source.average_rate or 24,
        options={**_ENCODING, "maxrate": str(bits), "bufsize": str(2 * bits)},
    )
    target.width, target.height = (height, width) if shape.turn % 180 else (width, height)
    target.pix_fmt = "yuv420p"
    target.bit_rate = bits
    assert source.time_base is not None
    target.codec_context.time_base = source.time_base
    # Sound is small and needs no second loss: it is taken over as it is.
    sound_target = copy.add_stream_from_template(sound) if sound is not None else None
    for packet in film.demux(*(each for each in (source, sound) if each is not None)):
        if packet.stream is source:
            for frame in source.codec_context.decode(packet):
                for shaped in _shaped(graph, frame):
                    copy.mux(target.encode(shaped))
        elif packet.dts is not None and sound_target is not None:
            packet.stream = sound_target
            copy.mux(packet)
    copy.mux(target.encode(None))


def _size(shape: _Shape, bits: int) -> tuple[int, int]:
    """Of the copy before it is turned: the film's ratio, never larger, and even as encoders want."""
    longest = next(side for least, side in SIDES if bits >= least)
    scale = min(1.0, longest / max(shape.width, shape.height))
    return tuple(max(2, round(side * scale / 2) * 2) for side in (shape.width, shape.height))  # type: ignore[return-value]


def _shaping(source: VideoStream, width: int, height: int, turn: int) -> Graph:
    from av.filter import Graph  # noqa: PLC0415  # see film_copy

    graph = Graph()
    steps = [("scale", f"{width}:{height}"), *_TURNS.get(turn, ()), ("format", "yuv420p")]
    nodes = [graph.add_buffer(template=source)]
    nodes += [graph.add(name, said or None) for name, said in steps]
    nodes.append(graph.add("buffersink"))
    for before, behind in itertools.pairwise(nodes):
        before.link_to(behind)
    graph.configure()
    return graph


def _shaped(graph: Graph, frame: VideoFrame) -> Iterator[VideoFrame]:
    import av  # noqa: PLC0415  # see film_copy

    graph.push(frame)
    while True:
        try:
            shaped = graph.vpull()
        except (av.BlockingIOError, av.EOFError):
            return
        shaped.pict_type = 0  # which pictures stand for themselves is for the encoder to say
        yield shaped
