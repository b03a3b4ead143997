"""The words "made by AI" in a file's XMP, as software that shows pictures looks for them. Pure.

Knows nothing of where a file keeps its XMP. The property and its value: IPTC Photo Metadata
Standard 2023.1, "Digital Source Type"; the packet: ISO 16684-1.
"""

from __future__ import annotations

import re
from typing import Final
from xml.etree import ElementTree

AI_SOURCE: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
IPTC_EXT: Final = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

PACKET_MAX_BYTES: Final = 256_000
"""A JPEG has room for a quarter of it. A longer one is not read: unfolded, it is many times that."""

_TERM: Final = b"trainedalgorithmicmedia"
_PROPERTY: Final = f"{{{IPTC_EXT}}}DigitalSourceType"
_ABOUT: Final = f"{{{RDF}}}about"

_PACKET: Final = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="{rdf}">
{line} </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""
_LINE: Final = (
    '  <{rdf}:Description {rdf}:about="{about}" xmlns:Iptc4xmpExt="{iptc}"\n'
    '    Iptc4xmpExt:DigitalSourceType="{source}"/>\n'
)

_RDF_END = re.compile(r"</(?P<rdf>[\w.-]+):RDF\s*>")
_OTHER_SOURCE = re.compile(
    r"""\s[\w.-]+:DigitalSourceType\s*=\s*(?:"[^"]*"|'[^']*')"""
    r"|<(?P<name>[\w.-]+:DigitalSourceType)\b[^>]*?(?:/>|>[^<]*</(?P=name)\s*>)"
)


def names_ai(metadata: bytes | bytearray) -> bool:
    """The term stands in it in plain letters: enough for a signed manifest (C2PA)."""
    return _TERM in metadata.lower()


def says_ai(packet: bytes) -> bool:
    """Its Digital Source Type is the term, or one made with it (a composite)."""
    if not names_ai(packet):
        return False
    root = _read(packet)
    return root is not None and any(names_ai(said.encode()) for said in _sources(root))


def marked(packet: bytes | None) -> bytes:
    """``packet`` with the mark and all else it says; a new one when it cannot be read or set right.

    Takes time in step with its length.
    """
    text = packet.decode("utf-8", errors="replace") if packet else ""
    root = _read(packet) if packet else None
    end = _RDF_END.search(text)
    if root is None or end is None:
        return _PACKET.format(rdf=RDF, line=_line("rdf", "")).encode()
    text = _OTHER_SOURCE.sub("", text)  # what a camera's name for it would say is not so
    end = _RDF_END.search(text)
    assert end is not None
    grown = text[: end.start()] + _line(end["rdf"], _about(root)) + text[end.start() :]
    answer = _without_padding(grown).encode()
    return answer if _says_nothing_else(answer) else marked(None)


def _without_padding(text: str) -> str:
    """The blanks before its end are room to grow into; what grew needs no more of it."""
    packet, lead, end = text.rpartition("<?xpacket")
    return f"{packet.rstrip()}\n{lead}{end}" if end.lstrip().startswith("end") else text


def _says_nothing_else(packet: bytes) -> bool:
    root = _read(packet)
    said = [] if root is None else [each for each in _sources(root) if each.strip()]
    return bool(said) and all(names_ai(each.encode()) for each in said)


def _line(rdf: str, about: str) -> str:
    return _LINE.format(rdf=rdf, about=about, iptc=IPTC_EXT, source=AI_SOURCE)


def _read(packet: bytes) -> ElementTree.Element | None:
    """None for what is no XML, too long, or would unfold into something larger than it is."""
    if len(packet) > PACKET_MAX_BYTES:
        return None
    text = packet.decode("utf-8", errors="replace").strip("\ufeff\0 \r\n\t")
    if "<!" in text.replace("<!--", ""):
        return None
    try:
        return ElementTree.fromstring(text)  # noqa: S314  # no entity can be declared in it
    except ElementTree.ParseError:
        return None


def _sources(root: ElementTree.Element) -> list[str]:
    """What it says of its Digital Source Type, in any of the three ways RDF has."""
    said: list[str] = []
    for element in root.iter():
        said.append(element.get(_PROPERTY, ""))
        if element.tag == _PROPERTY:
            said += [element.text or "", element.get(f"{{{RDF}}}resource", "")]
    return said


def _about(root: ElementTree.Element) -> str:
    """Whom the packet speaks of: each of its descriptions must say the same (ISO 16684-1, 7.4)."""
    abouts = (element.get(_ABOUT) for element in root.iter(f"{{{RDF}}}Description"))
    about = next(filter(None, abouts), "")
    return about if re.fullmatch(r"[\w:./#-]*", about) else ""
