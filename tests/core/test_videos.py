"""Films from outside: what is taken, what is refused, and that nothing but picture and sound is left."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override

from core import videos

needs_ffmpeg = pytest.mark.skipif(not videos.is_available(), reason="wants ffmpeg")


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """A page of an earlier test may have left its language."""
    with override("en"):
        yield


def film(folder: Path, seconds: float = 1, size: str = "320x400", name: str = "in.mp4") -> Path:
    """A film of colour bars with a tone, and a place written into it."""
    path = folder / name
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"testsrc=size={size}:rate=10:duration={seconds}",
         "-f", "lavfi", "-i", f"sine=duration={seconds}", "-metadata", "location=+48.1+011.6/", "-metadata",
         "title=Home", "-pix_fmt", "yuv420p", "-y", str(path)],
        check=True,
    )  # fmt: skip
    return path


@pytest.mark.parametrize(
    ("head", "family"),
    [
        (b"\x00\x00\x00\x20ftypisom", "mov"), (b"\x00\x00\x00\x20ftypheic", ""), (b"\x1a\x45\xdf\xa3....", "matroska"), (b"#EXTM3U\nfile:///etc", ""),
        (b"\x89PNG\r\n\x1a\n", ""), (b"", ""), (b"GIF89a", ""), (b"RIFF....AVI ", ""),
    ],
)  # fmt: skip
def test_the_first_bytes_say_what_it_is(head: bytes, family: str) -> None:
    assert videos.family_of(head) == family


@needs_ffmpeg
def test_a_film_becomes_playable_and_says_nothing_of_its_maker(tmp_path: Path) -> None:
    source, target = film(tmp_path), tmp_path / "out.mp4"
    found = videos.look(source)
    assert (found.width, found.height, round(found.seconds)) == (320, 400, 1)

    videos.playable(source, found, target)

    assert videos.look(target).width == 320
    said = subprocess.run(
        ["ffprobe", "-v", "error", "-show_format", str(target)], capture_output=True, text=True, check=True
    )
    assert "location" not in said.stdout
    assert "Home" not in said.stdout
    assert videos.poster(source, found)[:3] == b"\xff\xd8\xff"


@needs_ffmpeg
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x00\x00\x00\x20ftypisom" + b"x" * 200, "no film"), (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "no film"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 50, "no film"), (b"", "no film"),
    ],
)  # fmt: skip
def test_what_is_no_film_is_refused_in_words(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(videos.BadVideo, match=words):
        videos.look(videos.kept_upload(SimpleUploadedFile("a.mp4", content, "video/mp4"), tmp_path))


@needs_ffmpeg
def test_a_long_film_is_refused(tmp_path: Path) -> None:
    with pytest.raises(videos.BadVideo, match="60 seconds"):
        videos.look(film(tmp_path, seconds=61, size="64x64"))


def test_a_large_film_is_refused_before_anything_is_read(tmp_path: Path, settings: object) -> None:
    settings.VIDEO_MAX_BYTES = 10  # type: ignore[attr-defined]
    with pytest.raises(videos.BadVideo, match="The most is"):
        videos.kept_upload(SimpleUploadedFile("a.mp4", b"x" * 11, "video/mp4"), tmp_path)


def test_without_ffmpeg_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(videos, "is_available", lambda: False)
    with pytest.raises(videos.BadVideo, match="no ffmpeg"):
        videos.kept_upload(SimpleUploadedFile("a.mp4", b"x", "video/mp4"), tmp_path)
