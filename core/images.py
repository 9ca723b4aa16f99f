"""Pictures from outside: checked before they are decoded, drawn anew, stripped of everything but the picture."""

import io
import warnings

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP")


class BadPicture(ValueError):
    """An upload that is not taken; the text says why and what to choose instead."""


def clean_picture(
    upload: UploadedFile, *, widths: tuple[int, ...], ratio: tuple[int, int] | None = None
) -> dict[int, ContentFile]:
    """WebP renditions by width: orientation baked in, cropped to the ratio around the centre, no metadata.

    Size and pixels are checked from the header before anything is decoded. Raises BadPicture.
    """
    name = (upload.name or "")[-60:]
    if (upload.size or 0) > settings.UPLOAD_MAX_BYTES:
        sizes = {
            "name": name,
            "size": round((upload.size or 0) / 1_048_576),
            "most": settings.UPLOAD_MAX_BYTES // 1_048_576,
        }
        raise BadPicture(_("%(name)s is %(size)s MB. The most is %(most)s MB.") % sizes)
    picture = _decoded(upload)
    if ratio:
        picture = ImageOps.fit(picture, _largest(picture.size, ratio))
    return {width: ContentFile(_webp(picture, width)) for width in widths}


def _decoded(upload: UploadedFile) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture: Image.Image = Image.open(upload, formats=FORMATS)
            if picture.width * picture.height > settings.UPLOAD_MAX_PIXELS:
                raise BadPicture(_("This photo has too many pixels. Choose one of at most 40 megapixels."))
            if getattr(picture, "n_frames", 1) > 1:
                raise BadPicture(_("Moving pictures are not taken. Choose a JPEG, PNG or WebP photo."))
            picture = ImageOps.exif_transpose(picture)
            if picture.mode in {"RGBA", "LA", "P"}:
                ground = Image.new("RGBA", picture.size, "white")
                ground.alpha_composite(picture.convert("RGBA"))
                picture = ground
            return picture.convert("RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise BadPicture(_("Choose a JPEG, PNG or WebP photo.")) from None
    except (OSError, SyntaxError, ValueError) as broken:
        if isinstance(broken, BadPicture):
            raise
        raise BadPicture(_("This file is broken. Choose another photo.")) from None


def _largest(size: tuple[int, int], ratio: tuple[int, int]) -> tuple[int, int]:
    """The largest rectangle of the ratio that fits into the size."""
    width = min(size[0], size[1] * ratio[0] // ratio[1])
    return max(1, width), max(1, width * ratio[1] // ratio[0])


def _webp(picture: Image.Image, width: int) -> bytes:
    copy = picture.copy()
    copy.info.clear()
    copy.thumbnail((width, width * 10))
    out = io.BytesIO()
    copy.save(out, "WEBP", quality=82)
    return out.getvalue()
