"""Pictures to work from: checked, brought into a shape every provider takes, kept by content.

Knows nothing of who brought them or what is made of them. All of it blocks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path
from typing import Final

from PIL import Image, ImageFile, ImageOps

from bot.errors import BadPicture, BrokenMedia, FileTooBig, Flaw, TooManyPixels
from bot.media.files import part_of, settle
from bot.media.probing import is_turnable, open_image, probe_image, sniff, unpacking

SIDE_MAX: Final = 4096
"""Longest side in pixels: what is larger gives a provider nothing more to see."""
BYTES_MAX: Final = 20_000_000
"""What the providers that take pictures accept (docs/providers.md, "Flow AI")."""
MIMES: Final = ("image/jpeg", "image/png", "image/webp")
"""What they accept, by content."""
EXTENSIONS: Final = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}

UPLOAD: Final = "upload-"
"""How the names of copies begin that are made for one upload."""

CONVERTED: Final = ("BMP", "TIFF", "AVIF")
"""Formats of people's own files that are made into one of those, as Pillow calls them."""

_PLAIN_MODES = frozenset({"RGB", "RGBA", "L", "LA"})
_QUALITIES = (95, 88, 75)
_SHRINK = 0.75
"""Of the side, for each further try at a file that is still too large."""
_TRIES = 10
_PNG_DEPTH_AT = 24  # PNG, 11.2.2: behind signature, chunk head, width and height


def keep_reference(raw: Path, folder: Path) -> Path:
    """Bring the file ``raw`` into shape and keep it in ``folder``; where it is kept.

    The name is made of the content, so the same picture is kept once. ``raw`` is gone
    afterwards, also when it cannot be used. Raises BadPicture.
    """
    try:
        if sniff(raw) is None:
            _convert(raw)
        _check(raw)
        folder.mkdir(parents=True, exist_ok=True)
        with unpacking:
            shaped = _shape(raw, raw.with_name(f"{raw.stem}-shaped"), MIMES, BYTES_MAX)
            return _keep(shaped, folder)  # side by side, two of one content would collide
    except TooManyPixels as error:
        raise BadPicture(Flaw.TOO_MANY_PIXELS, str(error)) from error
    except (BrokenMedia, FileTooBig) as error:
        raise BadPicture(Flaw.BROKEN, str(error)) from error
    finally:
        raw.unlink(missing_ok=True)


def fitted(path: Path, mimes: Collection[str], max_bytes: int, *, tag: str) -> Path:
    """``path``, or a copy beside it where a provider would not take it as it is.

    The copy is the caller's to remove; ``tag`` makes its name its own. Raises BrokenMedia, FileTooBig, OSError.
    """
    if sniff(path) in mimes and path.stat().st_size <= max_bytes:
        return path
    with unpacking:
        return _shape(path, path.with_name(f"{UPLOAD}{tag}-{path.stem}"), mimes, max_bytes)


def forget(path: Path, before_s: float) -> bool:
    """Remove a file last kept before ``before_s`` (seconds since 1970); whether it is gone."""
    with unpacking:  # else the same picture could be kept again between the look and the end
        try:
            if path.stat().st_mtime >= before_s:
                return False
        except FileNotFoundError:
            return True
        path.unlink()
        return True


def _convert(raw: Path) -> None:
    """Make a JPEG or PNG, in its place, of a format that only people send. Raises BadPicture,
    BrokenMedia, FileTooBig.
    """
    try:
        with unpacking, open_image(raw, CONVERTED) as image:
            if image.format == "AVIF" and getattr(image, "n_frames", 1) > 1:
                raise BadPicture(Flaw.ANIMATED, "AVIF")
            image.load()
            made = _write(_unpack(image), raw.with_name(f"{raw.stem}-converted"), None, BYTES_MAX)
    except TooManyPixels:
        raise
    except BrokenMedia as error:
        raise BadPicture(Flaw.NO_PICTURE, str(error)) from error
    made.replace(raw)


def _check(raw: Path) -> None:
    """What can be told without unpacking. Raises BadPicture, BrokenMedia."""
    mime = sniff(raw)
    if mime is None:
        raise BadPicture(Flaw.NO_PICTURE, "no format we know")
    if mime.startswith("video/"):
        raise BadPicture(Flaw.VIDEO, mime)
    probe_image(raw)
    with open_image(raw) as image:
        # A photo of several pictures (MPO) is a JPEG with more behind it, and no film.
        if not is_turnable(image) and getattr(image, "n_frames", 1) > 1:
            raise BadPicture(Flaw.ANIMATED, mime)


def _shape(path: Path, stem: Path, mimes: Collection[str], max_bytes: int) -> Path:
    """``path`` itself if it may stay as it is, else a JPEG or PNG named ``stem``.

    Unpacked either way: only that tells whether it is whole.
    """
    with open_image(path) as image:
        if _is_plain(image, path, mimes, max_bytes):
            image.load()
            return path
        profile = image.info.get("icc_profile") if image.mode != "CMYK" else None
        picture = _unpack(image)
    return _write(picture, stem, profile, max_bytes)


def _is_plain(
    image: ImageFile.ImageFile, path: Path, mimes: Collection[str], max_bytes: int
) -> bool:
    return (
        sniff(path) in mimes
        and path.stat().st_size <= max_bytes
        and max(image.size) <= SIDE_MAX
        and image.mode in _PLAIN_MODES
        and not image.getexif()  # how it is turned, but also where it was taken and by whom
        and not _has_deep_colours(path)
    )


def _has_deep_colours(path: Path) -> bool:
    """A PNG of 16 bits a colour, which Pillow shows as one of 8."""
    with path.open("rb") as file:
        head = file.read(_PNG_DEPTH_AT + 1)
    return head.startswith(b"\x89PNG") and head[_PNG_DEPTH_AT] == 16


def _unpack(image: ImageFile.ImageFile) -> Image.Image:
    """Upright, at most ``SIDE_MAX``, eight bits a colour, with transparency only where there is.

    Of a JPEG that has to shrink, only the needed detail is unpacked.
    """
    picture: Image.Image = image
    if image.mode.startswith("I"):  # 16 bits of grey
        picture = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    elif image.mode not in {*_PLAIN_MODES, "CMYK", "YCbCr"}:
        picture = image.convert("RGBA" if image.has_transparency_data else "RGB")
    picture.thumbnail((SIDE_MAX, SIDE_MAX), Image.Resampling.LANCZOS)
    if is_turnable(image):
        picture = ImageOps.exif_transpose(picture)
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        if layer.getchannel("A").getextrema() != (255, 255):
            return layer
    return picture.convert("RGB")


def _write(picture: Image.Image, stem: Path, profile: bytes | None, max_bytes: int) -> Path:
    """As a JPEG, or as a PNG where something shows through. Raises FileTooBig."""
    is_transparent = picture.mode == "RGBA"
    dest = stem.with_name(f"{stem.name}.{'png' if is_transparent else 'jpg'}")
    part = part_of(dest)
    more = {} if profile is None else {"icc_profile": profile}
    try:
        for _ in range(_TRIES):
            for quality in _QUALITIES[:1] if is_transparent else _QUALITIES:
                # PNG has no quality and takes no notice of it.
                picture.save(part, "PNG" if is_transparent else "JPEG", quality=quality, **more)
                if part.stat().st_size <= max_bytes:
                    settle(dest)
                    return dest
            side = max(1, int(max(picture.size) * _SHRINK))
            picture.thumbnail((side, side), Image.Resampling.LANCZOS)
        raise FileTooBig(dest.name, max_bytes)
    finally:
        part.unlink(missing_ok=True)


def _keep(shaped: Path, folder: Path) -> Path:
    """Move the file to the name its content gives it."""
    with shaped.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    mime = sniff(shaped)
    assert mime is not None
    dest = folder / f"{digest}.{EXTENSIONS[mime]}"
    shaped.replace(part_of(dest))
    settle(dest)
    return dest
