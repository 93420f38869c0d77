"""Whether base64 from outside is a picture.

>>> pixel = (
...     "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
...     "awAAAABJRU5ErkJggg=="
... )
>>> is_picture(pixel)
True
>>> is_picture("PHN2Zz48c2NyaXB0Lz48L3N2Zz4="), is_picture("no base64"), is_picture("")
(False, False, False)
"""

import base64
import binascii
import io

from PIL import Image

#: What a browser draws; SVG could carry a script.
FORMATS = ("PNG", "JPEG")
#: Larger drawings are no signatures: they only fill memory.
MAX_SIDE = 4000


def is_picture(text: str) -> bool:
    """Return whether ``text`` is the base64 of a small PNG or JPEG."""
    try:
        content = base64.b64decode(text, validate=True)
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            small = max(image.size) <= MAX_SIDE
            image.verify()
    except (binascii.Error, ValueError, OSError, SyntaxError):
        return False
    return small
