"""What people type instead of a command's or an option's name, in Vietnamese or plain English.

Only ever offered as a corrected line, never done: a guess must not cost money. Pure; knows nothing
of where in a line a name stands.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

_COMMANDS: Final[Mapping[str, str]] = {
    "img": "anh ve tranh hinh hinhanh veanh vetranh taoanh chup photo picture pic image draw paint",
    "video": "phim clip quayphim lamphim taovideo vidieo movie film animate",
    "vary": "bienthe variation variations",
    "upscale": "phongto phonglon nangcap lamnet enlarge bigger",
    "pan": "lia morong widen extend",
    "zoom": "luixa thunho",
    "jobs": "viec congviec danglam dangchay queue tasks",
    "cancel": "huy huybo dung dunglai stop",
    "history": "lichsu dalam past",
    "show": "xem hien xemlai",
    "quota": "hanmuc sodu taikhoan conlai luot balance credits limit",
    "receipts": "biennhan hoadon chitieu thuchi bills invoices statement",
    "plans": "goi banggia gia goicuoc prices pricing",
    "buy": "mua nap naptien pay topup",
    "settings": "caidat tuychon thietlap options preferences",
    "lang": "ngonngu tieng language",
    "help": "giup giupdo trogiup huongdan cachdung giupvoi commands",
    "start": "batdau chao hello hi",
}
_OPTIONS: Final[Mapping[str, str]] = {
    "ar": "tile tyle tilekhung khung khunghinh ratio aspectratio size kichthuoc",
    "n": "soluong soanh count num number",
    "len": "dai dodai thoiluong giay length duration seconds",
    "voice": "giong giongnoi giongdoc tieng",
    "hd": "donet net dophangiai resolution",
    "with": "voi bang nhacungcap provider model",
    "fast": "nhanh",
    "no": "khong botru tru without negative",
    "seed": "hat hatgiong",
    "style": "phongcach",
    "v": "phienban",
}


def _spread(table: Mapping[str, str]) -> Mapping[str, str]:
    return {said: name for name, sayings in table.items() for said in sayings.split()}


COMMANDS: Final = _spread(_COMMANDS)
OPTIONS: Final = _spread(_OPTIONS)
"""By how it is said without accents, blanks and hyphens."""


def plain_letters(text: str) -> str:
    """In lower case, without accents, blanks or hyphens: `Tỉ-lệ` is `tile`."""
    parted = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(sign for sign in parted if sign.isalnum())


def meant_by(words: Sequence[str], table: Mapping[str, str]) -> tuple[str, int] | None:
    """The name that the first words stand for, and how many of them (two before one)."""
    for count in (2, 1):
        if len(words) < count:
            continue
        name = table.get(plain_letters("".join(words[:count])))
        if name is not None:
            return name, count
    return None
