"""Short films from outside: looked at before they are drawn anew, stripped of everything but picture and sound.

ffmpeg does it, as a process of its own with little time, no network and one input that is a file. Where it is not
installed, films are refused in words.
"""

import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

# The first bytes say which of the two families of files it is; ffmpeg is told, so that it tries no other.
MOV, MATROSKA = "mov", "matroska"
# Photos in the same kind of box as MP4.
STILLS = (b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis")
LOOK_SECONDS, DRAW_SECONDS = 20, 300
MOST_SECONDS = 60
MOST_PIXELS = 4096 * 2304


class BadVideo(ValueError):
    """An upload that is not taken; the text says why and what to choose instead."""


@dataclass(frozen=True, slots=True)
class Film:
    """What was found in a file: its family, length in seconds, and size in pixels."""

    family: str
    seconds: float
    width: int
    height: int


def is_available() -> bool:
    """ffmpeg and ffprobe are installed here."""
    return shutil.which("ffmpeg") is not None and shutil.which("ffprobe") is not None


def family_of(head: bytes) -> str:
    """Which family a file's first bytes name, or an empty string: MP4 and QuickTime, or WebM."""
    if head[4:8] == b"ftyp":
        return "" if head[8:12] in STILLS else MOV
    return MATROSKA if head[:4] == b"\x1a\x45\xdf\xa3" else ""


def kept_upload(upload: UploadedFile, folder: Path) -> Path:
    """The upload as a file for ffmpeg. Raises BadVideo for one that is too large or no film by its first bytes."""
    most = settings.VIDEO_MAX_BYTES
    if (upload.size or 0) > most:
        sizes = {
            "name": (upload.name or "")[-60:],
            "size": round((upload.size or 0) / 1_048_576),
            "most": most // 1_048_576,
        }
        raise BadVideo(_("%(name)s is %(size)s MB. The most is %(most)s MB.") % sizes)
    if not is_available():
        raise BadVideo(_("Films cannot be taken here: the shop has no ffmpeg. Choose a JPEG, PNG or WebP photo."))
    upload.seek(0)
    if not family_of(upload.read(16)):
        raise BadVideo(_("This is no film that can be read. Choose an MP4, MOV or WebM file."))
    upload.seek(0)
    path = folder / "upload"
    with path.open("wb") as out:
        for chunk in upload.chunks():
            out.write(chunk)
    return path


def look(path: Path) -> Film:
    """What a file holds, by ffprobe. Raises BadVideo for one without a picture, too long, or broken."""
    with path.open("rb") as file:
        family = family_of(file.read(16))
    if not family:
        raise BadVideo(_("This is no film that can be read. Choose an MP4, MOV or WebM file."))
    out = _run(
        ["ffprobe", "-v", "error", *_reading(family, path), "-select_streams", "v:0",
         "-show_entries", "stream=width,height:format=duration", "-of", "json"],
        LOOK_SECONDS,
    )  # fmt: skip
    try:
        found = json.loads(out)
        stream, seconds = found["streams"][0], float(found["format"]["duration"])
        film = Film(family, seconds, int(stream["width"]), int(stream["height"]))
    except (ValueError, KeyError, IndexError, TypeError):
        raise BadVideo(_("This is no film that can be read. Choose an MP4, MOV or WebM file.")) from None
    if not 0 < film.seconds <= MOST_SECONDS:
        raise BadVideo(_("The film is too long. The most is %(n)s seconds.") % {"n": MOST_SECONDS})
    if not 0 < film.width * film.height <= MOST_PIXELS:
        raise BadVideo(_("The film has too many pixels. Choose one of at most 4K."))
    return film


def poster(path: Path, film: Film) -> bytes:
    """A picture from the first third of the film, as JPEG. Raises BadVideo."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "poster.jpg"
        _run(
            ["ffmpeg", "-nostdin", "-v", "error", "-ss", f"{film.seconds / 3:.2f}", *_reading(film.family, path),
             "-map", "0:v:0", "-frames:v", "1", "-threads", "1", "-y", str(target)],
            LOOK_SECONDS,
        )  # fmt: skip
        if not target.exists():
            raise BadVideo(_("This is no film that can be read. Choose an MP4, MOV or WebM file."))
        return target.read_bytes()


def playable(path: Path, film: Film, target: Path) -> None:
    """The film as every browser plays it: H.264 and AAC, at most 720 wide, without metadata. Raises BadVideo."""
    _run(
        ["ffmpeg", "-nostdin", "-v", "error", *_reading(film.family, path), "-map", "0:v:0", "-map", "0:a:0?",
         "-map_metadata", "-1", "-map_chapters", "-1", "-t", str(MOST_SECONDS), "-vf", "scale='min(720,iw)':-2",
         "-c:v", "libx264", "-preset", "veryfast", "-crf", "27", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "96k",
         "-movflags", "+faststart", "-threads", "1", "-f", "mp4", "-y", str(target)],
        DRAW_SECONDS,
    )  # fmt: skip


def _reading(family: str, path: Path) -> list[str]:
    """The input: this one file, as this family, by no other protocol."""
    return ["-protocol_whitelist", "file", "-f", family, "-i", f"file:{path}"]


def _run(command: list[str], seconds: int) -> bytes:
    try:
        done = subprocess.run(command, capture_output=True, timeout=seconds, check=True)  # noqa: S603  (our own command line)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        raise BadVideo(_("This is no film that can be read. Choose an MP4, MOV or WebM file.")) from None
    return done.stdout
