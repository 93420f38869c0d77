"""Reads QR codes with zbar, which has nothing in common with what draws them."""

import ctypes
import ctypes.util
import io
from unittest import skipUnless

from PIL import Image

_QR_CODE = 64
_ENABLE, _BINARY = 0, 4
_GREY = int.from_bytes(b"Y800", "little")

_name = ctypes.util.find_library("zbar")
needs_zbar = skipUnless(_name, "zbar (Debian: libzbar0) reads the codes back")


def read_qr(image):
    """Return what the QR codes of a picture hold.

    :param image: a Pillow image, or the bytes of a PNG
    :rtype: list[bytes]
    """
    if isinstance(image, bytes):
        image = Image.open(io.BytesIO(image))
    grey = image.convert("L")
    zbar = _load()
    scanner = zbar.zbar_image_scanner_create()
    picture = zbar.zbar_image_create()
    try:
        zbar.zbar_image_scanner_set_config(scanner, 0, _ENABLE, 0)
        for config in (_ENABLE, _BINARY):  # binary: the bytes, no guess of the letters
            zbar.zbar_image_scanner_set_config(scanner, _QR_CODE, config, 1)
        content = grey.tobytes()
        zbar.zbar_image_set_format(picture, _GREY)
        zbar.zbar_image_set_size(picture, *grey.size)
        zbar.zbar_image_set_data(picture, content, len(content), None)
        zbar.zbar_scan_image(scanner, picture)
        return list(_get_symbols(zbar, picture))
    finally:
        zbar.zbar_image_destroy(picture)
        zbar.zbar_image_scanner_destroy(scanner)


def _get_symbols(zbar, picture):
    symbol = zbar.zbar_image_first_symbol(picture)
    while symbol:
        length = zbar.zbar_symbol_get_data_length(symbol)
        yield ctypes.string_at(zbar.zbar_symbol_get_data(symbol), length)
        symbol = zbar.zbar_symbol_next(symbol)


def _load():
    """Return the library with the types of its functions: handles are pointers."""
    zbar = ctypes.CDLL(_name)
    handle, number = ctypes.c_void_p, ctypes.c_uint
    signatures = {
        "zbar_image_scanner_create": (handle, []),
        "zbar_image_scanner_set_config": (ctypes.c_int, [handle, *[ctypes.c_int] * 3]),
        "zbar_image_scanner_destroy": (None, [handle]),
        "zbar_image_create": (handle, []),
        "zbar_image_set_format": (None, [handle, ctypes.c_ulong]),
        "zbar_image_set_size": (None, [handle, number, number]),
        "zbar_image_set_data": (
            None,
            [handle, ctypes.c_char_p, ctypes.c_ulong, handle],
        ),
        "zbar_scan_image": (ctypes.c_int, [handle, handle]),
        "zbar_image_first_symbol": (handle, [handle]),
        "zbar_image_destroy": (None, [handle]),
        "zbar_symbol_get_data_length": (number, [handle]),
        "zbar_symbol_get_data": (handle, [handle]),
        "zbar_symbol_next": (handle, [handle]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(zbar, name)
        function.restype, function.argtypes = result, arguments
    return zbar
