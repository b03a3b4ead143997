"""Files as Telegram keeps them: bytes on disk, ids that can be sent again, and their description.

It does not know which message shows a file. Sizes in bytes.
"""

import io
import mimetypes
import secrets
import shutil
import tempfile
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from bot.sandbox import pictures
from bot.sandbox.limits import Limits
from bot.sandbox.refusal import Json, Refusal, bad_request


@dataclass(frozen=True)
class Media:
    """What a message carries under the key `kind`: a list of sizes for a photo, else an object."""

    kind: str
    body: Json | list[Json]

    def content(self) -> Json:
        """The keys of the message; Telegram repeats an animation as a document."""
        if self.kind != "animation":
            return {self.kind: self.body}
        assert isinstance(self.body, dict)
        plain = {"file_id", "file_unique_id", "file_name", "mime_type", "file_size"}
        document = {key: value for key, value in self.body.items() if key in plain}
        return {"animation": self.body, "document": document}


@dataclass(frozen=True)
class Stored:
    """One file: `place` is its path below the folder, as getFile tells it."""

    file_id: str
    unique_id: str
    place: str
    size: int

    def described(self) -> Json:
        return {
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            "file_size": self.size,
        }


class Files:
    """Everything ever uploaded. Sending a file id again shows the same file."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self._folder = folder
        self._limits = limits
        self._stored: dict[str, Stored] = {}
        self._places: dict[str, Stored] = {}
        self._media: dict[str, Media] = {}

    def add(self, kind: str, source: BinaryIO, name: str, said: Json) -> Media:
        """Copies an upload to disk in pieces and describes it as Telegram would.

        `said` is what the sender says of it (width, height, duration, thumbnail as Media).
        Raises Refusal 400 for what is no photo or too big for one, 413 for too big at all.
        """
        path, size = self._copy(source, kind, name)
        if size == 0:
            raise bad_request("file must be non-empty")
        if size > self._limits.upload_bytes:
            path.unlink()
            raise Refusal(413, "Request Entity Too Large")
        media = self._photo(path, size) if kind == "photo" else self._plain(kind, path, name, said)
        for file_id in _ids(media):
            self._media[file_id] = media
        return media

    def receive(self, name: str, data: bytes, *, as_document: bool) -> Media:
        """A file a person sends: what it is and how large its app finds out from the bytes."""
        kind = "document" if as_document else pictures.kind_of(data[:16])
        media = self.add(kind, io.BytesIO(data), name, {})
        if kind != "video":
            return media
        assert isinstance(media.body, dict)
        clip = pictures.measure_clip(self.path_of(media.body["file_id"]))
        media.body.update(width=clip.width, height=clip.height, duration=clip.duration_s)
        return media

    def again(self, kind: str, file_id: str) -> Media:
        """The media of a known file id; raises Refusal 400 when unknown or of another kind."""
        media = self._media.get(file_id)
        if media is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        if media.kind != kind:
            raise bad_request("type of file mismatch")
        return media

    def get(self, file_id: str) -> Json:
        """The answer of getFile; raises Refusal 400 when unknown or too big to download."""
        stored = self._stored.get(file_id)
        if stored is None:
            raise bad_request("invalid file_id")
        if stored.size > self._limits.download_bytes:
            raise bad_request("file is too big")
        return {**stored.described(), "file_path": stored.place}

    def path_of(self, file_id: str) -> Path:
        return self._folder / self._stored[file_id].place

    def path_at(self, place: str) -> Path | None:
        """The file at a `file_path` of getFile; nothing else in the folder or beyond it."""
        stored = self._places.get(place)
        return None if stored is None else self._folder / stored.place

    def _copy(self, source: BinaryIO, kind: str, name: str) -> tuple[Path, int]:
        folder = self._folder / f"{kind}s"
        folder.mkdir(exist_ok=True)
        path = folder / f"file_{secrets.token_hex(6)}{Path(name).suffix[:10]}"
        with path.open("wb") as target:
            shutil.copyfileobj(source, target)
        return path, path.stat().st_size

    def _photo(self, path: Path, size: int) -> Media:
        if size > self._limits.photo_bytes:
            raise bad_request(
                f"file of size {size} bytes is too big for a photo; "
                f"the maximum size is {self._limits.photo_bytes} bytes",
            )
        pictures.measure(path)
        sizes = [self._sized(made) for made in pictures.reencode(path)]
        path.unlink()  # Telegram keeps only its own copies of a photo
        return Media("photo", sizes)

    def _sized(self, made: pictures.Size) -> Json:
        stored = self._store(made.path)
        return {**stored.described(), "width": made.width, "height": made.height}

    def _plain(self, kind: str, path: Path, name: str, said: Json) -> Media:
        stored = self._store(path)
        mime_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        body = {**stored.described(), "file_name": name, "mime_type": mime_type}
        if kind != "document":
            body |= {key: int(said.get(key) or 0) for key in ("width", "height", "duration")}
        if isinstance(thumbnail := said.get("thumbnail"), Media):
            assert isinstance(thumbnail.body, list)
            body["thumbnail"] = thumbnail.body[-1]
        elif kind == "document" and (small := pictures.preview(path)) is not None:
            body["thumbnail"] = self._sized(small)
        return Media(kind, body)

    def _store(self, path: Path) -> Stored:
        place = path.relative_to(self._folder).as_posix()
        unique_id = secrets.token_urlsafe(9)
        file_id = f"BQAC{secrets.token_urlsafe(36)}"
        stored = Stored(file_id, unique_id, place, path.stat().st_size)
        self._stored[stored.file_id] = self._places[stored.place] = stored
        return stored


def own_folder(owner: object) -> Path:
    """A folder that goes when ``owner`` does."""
    folder = Path(tempfile.mkdtemp(prefix="sandbox-"))
    weakref.finalize(owner, shutil.rmtree, folder, ignore_errors=True)
    return folder


def unique_ids(message: Json) -> list[str]:
    """The unique ids of what a message shows: equal means the same file."""
    found = [
        message[kind] for kind in ("photo", "video", "animation", "document") if kind in message
    ]
    bodies = [body for item in found for body in (item if isinstance(item, list) else [item])]
    return [body["file_unique_id"] for body in bodies]


def _ids(media: Media) -> list[str]:
    bodies = media.body if isinstance(media.body, list) else [media.body]
    return [body["file_id"] for body in bodies]
