"""Pictures from outside."""

import io
import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from core.images import BadPicture, clean_picture


def upload(data: bytes, name: str = "photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def picture(kind: str = "JPEG", size: tuple[int, int] = (400, 300), **options: object) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 40).convert("RGB").save(out, kind, **options)
    return out.getvalue()


def reread(data: dict[int, object], width: int) -> Image.Image:
    return Image.open(io.BytesIO(data[width].read()))


def png_that_claims(width: int, height: int) -> bytes:
    """A few bytes whose header says a very large picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_becomes_webp_in_each_width(kind: str) -> None:
    renditions = clean_picture(upload(picture(kind)), widths=(100, 200))

    found = {width: (copy.format, copy.size) for width in renditions for copy in [reread(renditions, width)]}
    assert found == {100: ("WEBP", (100, 75)), 200: ("WEBP", (200, 150))}


def test_renditions_have_their_width_and_ratio() -> None:
    renditions = clean_picture(upload(picture(size=(800, 600))), widths=(160,), ratio=(8, 3))

    assert reread(renditions, 160).size == (160, 60)


def test_place_and_orientation_are_taken_out_and_baked_in() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    clean = reread(clean_picture(upload(picture(exif=exif)), widths=(400,)), 400)

    assert clean.size == (300, 400)
    assert len(clean.getexif()) == 0
    assert "exif" not in clean.info
    assert "xmp" not in clean.info


def test_what_hangs_behind_a_picture_is_gone() -> None:
    data = clean_picture(upload(picture() + b"<script>alert(1)</script>"), widths=(100,))[100].read()

    assert b"script" not in data


@pytest.mark.parametrize(
    "data",
    [
        b"<svg onload=alert(1)></svg>", b"GIF89a" + b"0" * 40, b"%!PS-Adobe-3.0 EPSF-3.0\n", b"", b"#EXTM3U\nfile:///etc/passwd",
        b"PK\x03\x04" + b"0" * 40,
    ],
    ids=["svg", "gif", "eps", "empty", "playlist", "zip"],
)  # fmt: skip
def test_other_kinds_are_refused_whatever_their_name(data: bytes) -> None:
    with pytest.raises(BadPicture, match=r"JPEG, PNG or WebP|broken"):
        clean_picture(upload(data, "photo.png"), widths=(100,))


def test_a_broken_photo_is_refused() -> None:
    with pytest.raises(BadPicture):
        clean_picture(upload(picture()[:2000]), widths=(100,))


@pytest.mark.parametrize("side", [9_400, 13_300, 60_000])
def test_too_many_pixels_are_refused_from_the_header(side: int) -> None:
    with pytest.raises(BadPicture, match=r"megapixels|Choose a JPEG"):
        clean_picture(upload(png_that_claims(side, side), "bomb.png"), widths=(100,))


def test_moving_pictures_are_refused() -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])

    with pytest.raises(BadPicture, match=r"Moving"):
        clean_picture(upload(out.getvalue(), "moving.webp"), widths=(10,))


def test_a_large_file_is_refused_by_its_size(settings: object) -> None:
    settings.UPLOAD_MAX_BYTES = 1_048_576

    with pytest.raises(BadPicture, match=r"garden.jpg is 2 MB. The most is 1 MB."):
        clean_picture(upload(b"0" * 2_097_152, "garden.jpg"), widths=(100,))
