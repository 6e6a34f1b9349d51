"""What a file really is, by its first bytes. A page or a program that calls itself a picture is not shown as one."""

from typing import Final

HEAD: Final = 64
UNKNOWN: Final = "application/octet-stream"
_MAGIC: Final = (
    (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"GIF8", "image/gif"),
    (b"OggS", "audio/ogg"), (b"ID3", "audio/mpeg"), (b"\xff\xfb", "audio/mpeg"), (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"), (b"\xff\xf1", "audio/aac"), (b"\xff\xf9", "audio/aac"), (b"#!AMR", "audio/amr"),
    (b"\x1aE\xdf\xa3", "audio/webm"),
)  # fmt: skip
_SHOWN: Final = ("image/", "audio/", "video/")
_ISO_MEDIA: Final = frozenset({"audio/mp4", "audio/aac", "video/mp4", "video/3gpp", "audio/3gpp"})
_SAME: Final = {"audio/x-m4a": "audio/mp4", "audio/m4a": "audio/mp4", "image/jpg": "image/jpeg",
                "audio/mp3": "audio/mpeg", "audio/x-wav": "audio/wav", "video/webm": "audio/webm"}  # fmt: skip


def real_type(declared: str, head: bytes) -> str:
    """The type to keep: what was declared when the bytes agree, the found one, or application/octet-stream.

    Documents keep their declared type, for they are only ever offered as downloads.
    """
    plain = declared.partition(";")[0].strip().lower()
    plain = _SAME.get(plain, plain)
    if not plain.startswith(_SHOWN):
        return plain or UNKNOWN
    if head[4:8] == b"ftyp":
        plain = "audio/mp4" if plain == "audio/aac" else plain
        return plain if plain in _ISO_MEDIA else UNKNOWN
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp" if plain.startswith("image/") else UNKNOWN
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "audio/wav" if plain.startswith("audio/") else UNKNOWN
    found = next((kind for magic, kind in _MAGIC if head.startswith(magic)), None)
    if found is None or found.partition("/")[0] != plain.partition("/")[0]:
        return UNKNOWN
    return plain if plain == found or (found == "audio/ogg" and plain == "audio/opus") else found
