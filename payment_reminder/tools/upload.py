r"""Files that strangers send: few kinds, of a bearable size, under harmless names.

>>> check_upload("C:\\scans\\..\\receipt 5.PDF", b"%PDF-1.7 ...")
'receipt 5.pdf'
>>> try:
...     check_upload("page.pdf", b"<script>")
... except UploadError as error:
...     error.code
'kind'
"""

import re
import unicodedata

from .exact import CodedError

MAX_FILES = 5
MAX_BYTES = 5 * 1024 * 1024
MAX_NAME = 80

_ZIP, _OLE = (b"PK\x03\x04",), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)
#: How the files of each kind begin. What a browser would run is none of them.
KINDS = {
    "pdf": (b"%PDF-",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "doc": _OLE,
    "xls": _OLE,
    "docx": _ZIP,
    "xlsx": _ZIP,
    "odt": _ZIP,
    "ods": _ZIP,
}


class UploadError(CodedError):
    """A file that is not taken. Its code: kind, empty or big."""


def check_upload(name: str, content: bytes) -> str:
    """Return the name under which a file is kept.

    :param name: as the browser tells it, perhaps with folders
    :raises UploadError: when its kind, by name or by content, or its size is not taken
    """
    stem, kind = clean_name(name)
    if not content:
        raise UploadError("empty", name=f"{stem}.{kind}")
    if len(content) > MAX_BYTES:
        raise UploadError("big", name=f"{stem}.{kind}")
    if not content.startswith(KINDS.get(kind) or (b"\0never\0",)):
        raise UploadError("kind", name=f"{stem}.{kind}" if kind else stem)
    return f"{stem}.{kind}"


def clean_name(name: str) -> tuple[str, str]:
    r"""Return stem and kind of a file's name, without folders and odd characters.

    >>> clean_name("../../etc/pa<ss>\r\nwd.Png"), clean_name("\u202egnp.exe")
    (('pa ss wd', 'png'), ('gnp', 'exe'))
    >>> clean_name(".htaccess"), clean_name("")
    (('file', 'htaccess'), ('file', ''))
    """
    base = re.split(r"[/\\]", name or "")[-1]
    stem, dot, kind = base.rpartition(".")
    stem, kind = (stem, kind) if dot else (base, "")
    return _clean(stem)[:MAX_NAME].strip() or "file", _clean(kind).lower()[:10]


def _clean(text: str) -> str:
    plain = "".join(
        char if unicodedata.category(char)[0] in "LNPZ" else " " for char in text
    )
    return " ".join(re.sub(r"[<>:\"|?*%;&$`{}=]", " ", plain).split()).strip(". ")
