"""Thumbnails, waves and voice are made of what people send; what would harm the reader costs a child and no more."""

import asyncio
import contextlib
import io
import os
import resource
from collections.abc import AsyncIterator, Callable
from typing import Any

import av
import pytest
from PIL import Image

from core.renditions import Made, Spooled, Task, Unmakeable, Workshop
from tests.renditions import samples

MB = 1024 * 1024


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def make(
    task: Task, mime_type: str, data: bytes, *, largest: int = 16 * MB, workshop: Workshop | None = None
) -> Made:
    async with Spooled(_once(data)) as source:
        return await (workshop or Workshop()).make(task, mime_type, source, largest=largest)


@pytest.mark.parametrize(("mime_type", "format", "mode"), [
    ("image/jpeg", "JPEG", "RGB"), ("image/jpeg", "JPEG", "CMYK"), ("image/png", "PNG", "RGBA"),
    ("image/png", "PNG", "L"), ("image/webp", "WEBP", "RGBA"), ("image/gif", "GIF", "RGB"),
])  # fmt: skip
async def test_a_picture_gets_a_small_one(mime_type: str, format: str, mode: str) -> None:
    data = samples.picture(format, (1600, 1200), mode)
    made = await make("picture", mime_type, data)
    assert made.facts == {"width": 1600, "height": 1200}
    small = Image.open(io.BytesIO(made.data))
    assert (small.format, small.size) == ("WEBP", (640, 480))
    assert len(made.data) < 30_000


async def test_a_picture_taken_sideways_stands_upright_and_loses_what_it_tells_of_its_place() -> None:
    told = Image.Exif()
    told[0x0112], told[0x8825] = 6, {1: "N", 2: (33.0, 34.0, 0.0)}
    made = await make("picture", "image/jpeg", samples.picture(size=(1000, 500), exif=told))
    assert made.facts == {"width": 500, "height": 1000}
    small = Image.open(io.BytesIO(made.data))
    assert small.size == (320, 640)
    assert not small.getexif()


async def test_a_moving_sticker_shows_its_first_picture() -> None:
    frames = [Image.new("RGBA", (512, 512), colour) for colour in ("red", "blue")]
    data = io.BytesIO()
    frames[0].save(data, "WEBP", save_all=True, append_images=frames[1:])
    made = await make("picture", "image/webp", data.getvalue())
    red, _, blue = Image.open(io.BytesIO(made.data)).convert("RGB").getpixel((100, 100))  # type: ignore[misc]
    assert red > 200 > 100 > blue


async def test_a_video_shows_its_first_picture_and_its_length() -> None:
    made = await make("video", "video/mp4", samples.video())
    assert made.facts == {"width": 320, "height": 240, "duration": 1.0}
    assert Image.open(io.BytesIO(made.data)).size == (320, 240)


@pytest.mark.parametrize(("mime_type", "format", "codec", "layout", "rate"), [
    ("audio/ogg", "ogg", "libopus", "mono", 48_000), ("audio/mpeg", "mp3", "libmp3lame", "stereo", 44_100),
    ("audio/mp4", "mp4", "aac", "mono", 44_100), ("audio/aac", "adts", "aac", "mono", 44_100),
])  # fmt: skip
async def test_a_sound_has_a_wave_and_a_length(mime_type: str, format: str, codec: str, layout: str, rate: int) -> None:
    made = await make("sound", mime_type, samples.sound(format, codec, 2.0, layout, rate))
    wave = made.facts["waveform"]
    assert made.facts["duration"] == pytest.approx(2.0, abs=0.15)
    assert len(wave) == 64
    assert max(wave) == 100
    assert sum(wave[:28]) / 28 < 10 < 60 < sum(wave[36:]) / 28
    assert made.data == b""


@pytest.mark.parametrize(("mime_type", "format", "codec", "layout"), [
    ("audio/webm", "webm", "libopus", "stereo"), ("audio/mp4", "mp4", "aac", "mono"),
    ("audio/wav", "wav", "pcm_s16le", "mono"), ("audio/mpeg", "mp3", "libmp3lame", "stereo"),
    ("audio/ogg", "ogg", "libopus", "stereo"),
])  # fmt: skip
async def test_voice_becomes_what_whatsapp_shows_as_a_voice_message(
    mime_type: str, format: str, codec: str, layout: str
) -> None:
    made = await make("voice", mime_type, samples.sound(format, codec, 3.0, layout))
    assert made.facts["mime_type"] == "audio/ogg"
    with av.open(io.BytesIO(made.data)) as container:
        found: Any = container.streams[0].codec_context
        assert (container.format.name, found.name, found.channels) == ("ogg", "opus", 1)
    wave = await make("sound", "audio/ogg", made.data)
    assert wave.facts["duration"] == pytest.approx(3.0, abs=0.2)
    assert sum(wave.facts["waveform"][:28]) / 28 < 10


async def test_three_minutes_of_voice_stay_small_enough_for_its_button() -> None:
    made = await make("voice", "audio/wav", samples.sound("wav", "pcm_s16le", 170.0, rate=16_000))
    assert len(made.data) <= 512 * 1024


async def test_voice_that_is_right_already_is_left_alone() -> None:
    made = await make("voice", "audio/ogg", samples.sound())
    assert made.facts["keep"]
    assert made.data == b""


async def test_a_picture_that_whatsapp_takes_is_left_alone_and_others_become_one() -> None:
    assert (await make("image", "image/png", samples.picture("PNG"), largest=5 * MB)).facts["keep"]
    for mime_type, data in (
        ("image/webp", samples.picture("WEBP")), ("image/png", samples.picture("PNG", mode="L")),
        ("image/jpeg", samples.picture(mode="CMYK")),
        ("image/png", samples.picture("PNG", (3000, 2000), compress_level=0)),
    ):
        made = await make("image", mime_type, data, largest=5 * MB)
        assert made.facts["mime_type"] == "image/jpeg"
        taken = Image.open(io.BytesIO(made.data))
        assert (taken.format, taken.mode) == ("JPEG", "RGB")
        assert len(made.data) <= 5 * MB


HOSTILE: dict[str, tuple[Task, str, Callable[[], bytes]]] = {
    "50k × 50k pixels": ("picture", "image/png", samples.png_bomb),
    "truncated": ("picture", "image/jpeg", lambda: samples.picture()[:2000]),
    "a page that calls itself a picture": ("picture", "image/png", lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    "another format than it says": ("picture", "image/png", lambda: samples.picture("JPEG")),
    "a picture that is a film": ("video", "video/mp4", lambda: samples.picture("JPEG")),
    "a playlist": ("sound", "audio/mpeg", lambda: b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"),
    "ffconcat": ("video", "video/mp4", lambda: b"ffconcat version 1.0\nfile /etc/passwd\n"),
    "a film cut in its middle": ("video", "video/mp4", lambda: samples.video()[:400]),
    "nothing": ("picture", "image/gif", lambda: b""),
    "noise": ("sound", "audio/ogg", lambda: b"OggS" + bytes(range(256)) * 1000),
    "a film of 8k": ("video", "video/mp4", lambda: samples.video((8000, 4000), 1)),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_would_harm_its_reader_is_refused_with_a_reason(name: str) -> None:
    task, mime_type, source = HOSTILE[name]
    data = source()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Unmakeable) as refused:
        await make(task, mime_type, data)
    assert str(refused.value)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024  # KiB


@pytest.mark.parametrize("bomb", [samples.text_bomb, samples.lying_png])
async def test_what_unpacks_to_a_gigabyte_beside_its_picture_is_not_unpacked(bomb: Callable[[], bytes]) -> None:
    """Under a limit that a gigabyte would break; the reader may also have had enough of it."""
    with contextlib.suppress(Unmakeable):
        made = await make("picture", "image/png", bomb(), workshop=Workshop(memory=300 * MB))
        assert made.facts["width"] in (1, 10)


async def test_a_polyglot_is_read_as_what_it_says_and_its_small_picture_is_nothing_else() -> None:
    made = await make("picture", "image/gif", samples.picture("GIF") + b"<script>alert(1)</script>")
    assert b"script" not in made.data


async def test_what_takes_too_long_is_ended_and_its_process_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    workshop, started = Workshop(seconds=0.01), list[int]()
    spawn = asyncio.create_subprocess_exec

    async def noting(*command: str, **options: object) -> asyncio.subprocess.Process:
        child = await spawn(*command, **options)  # type: ignore[arg-type]
        started.append(child.pid)
        return child

    monkeypatch.setattr(asyncio, "create_subprocess_exec", noting)
    with pytest.raises(Unmakeable, match="longer than"):
        await make("picture", "image/jpeg", samples.picture(), workshop=workshop)
    with pytest.raises(ProcessLookupError):
        os.kill(started[0], 0)


async def test_the_child_may_not_take_more_memory_than_it_is_given() -> None:
    data = samples.picture("PNG", (6000, 6000))
    with pytest.raises(Unmakeable):
        await make("picture", "image/png", data, workshop=Workshop(memory=90 * MB))
    assert (await make("picture", "image/png", data)).facts["width"] == 6000


async def test_no_more_children_run_at_once_than_there_are_places(monkeypatch: pytest.MonkeyPatch) -> None:
    workshop, running, most = Workshop(at_once=2), 0, 0
    work = workshop._run

    async def counting(*given: object) -> None:
        nonlocal running, most
        running, most = running + 1, max(most, running + 1)
        try:
            await work(*given)  # type: ignore[arg-type]
        finally:
            running -= 1

    monkeypatch.setattr(workshop, "_run", counting)
    await asyncio.gather(*(make("picture", "image/jpeg", samples.picture(), workshop=workshop) for _ in range(6)))
    assert most == 2
