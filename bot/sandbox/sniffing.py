"""What a file is, by its first bytes: names and headers of strangers lie.

It knows the kinds people and providers send here, and nothing of what becomes of them.
"""


def media_type_of(head: bytes) -> str | None:
    """The media type of a picture or film whose first 16 bytes these are, else None."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"GIF8"):
        return "image/gif"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return "video/mp4"
    if head.startswith(b"\x1aE\xdf\xa3"):
        return "video/webm"
    return None
