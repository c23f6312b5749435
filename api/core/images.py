"""Photos from outside: believed by content only, turned upright, made smaller, written anew without EXIF."""

import hashlib
import io
from dataclasses import dataclass
from datetime import datetime

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from api.core.errors import DomainError, TooLarge

FORMATS = {"JPEG", "PNG", "WEBP", "GIF", "MPO"}
LARGEST_SIDE = 2048  # pixels, after which a photo is scaled down
LARGEST_PIXELS = 60_000_000  # a decompression bomb is refused before it is decoded


class NotAPhoto(DomainError):
    code = "not_a_photo"
    status = 415
    message = "Tệp này không phải ảnh em đọc được (JPG, PNG hoặc WEBP). Anh/chị gửi ảnh khác giúp em nhé."


@dataclass(frozen=True)
class Photo:
    """A clean photo: JPEG bytes without EXIF, and what the original said of place (WGS84 degrees) and time (naive, local)."""

    data: bytes
    sha256: str
    mime: str
    width: int
    height: int
    lat: float | None
    lon: float | None
    taken_at: datetime | None


def clean_photo(data: bytes, *, max_bytes: int) -> Photo:
    """Check and re-encode one photo. Raises `TooLarge` or `NotAPhoto`, each with the sentence for the citizen."""
    if len(data) > max_bytes:
        raise TooLarge(f"Ảnh này lớn quá (tối đa {max_bytes // 1_000_000} MB). Anh/chị gửi ảnh nhỏ hơn giúp em nhé.")
    try:
        with Image.open(io.BytesIO(data)) as opened:
            return _encode(opened)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise NotAPhoto from error


def _encode(opened: Image.Image) -> Photo:
    if opened.format not in FORMATS or opened.width * opened.height > LARGEST_PIXELS:
        raise NotAPhoto
    lat, lon, taken_at = _exif(opened)
    opened.draft("RGB", (LARGEST_SIDE, LARGEST_SIDE))
    upright = ImageOps.exif_transpose(opened).convert("RGB")
    upright.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=85, optimize=True)
    data = out.getvalue()
    digest = hashlib.sha256(data).hexdigest()
    return Photo(data, digest, "image/jpeg", upright.width, upright.height, lat, lon, taken_at)


def _exif(opened: Image.Image) -> tuple[float | None, float | None, datetime | None]:
    try:
        exif = opened.getexif()
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        lat = _degrees(gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLatitudeRef), "S", 90)
        lon = _degrees(gps.get(ExifTags.GPS.GPSLongitude), gps.get(ExifTags.GPS.GPSLongitudeRef), "W", 180)
        stamp = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal)
        # the camera's clock knows no zone; the caller decides what it means
        taken = datetime.strptime(str(stamp), "%Y:%m:%d %H:%M:%S") if stamp else None  # noqa: DTZ007
    except (ValueError, TypeError, ZeroDivisionError, KeyError, OSError, SyntaxError):
        return None, None, None
    return (lat, lon, taken) if lat is not None and lon is not None else (None, None, taken)


def _degrees(value: object, ref: object, negative: str, limit: float) -> float | None:
    if not isinstance(value, tuple) or len(value) != 3:
        return None
    degrees = float(value[0]) + float(value[1]) / 60 + float(value[2]) / 3600
    if not 0 <= degrees <= limit:
        return None
    return -degrees if ref == negative else degrees
