"""Downloads that are kept, each with its checksum in a file beside it."""

import hashlib
import os
import re

from .paths import cache_dir


def checksum(path, algorithm="sha256"):
    """Return the hexadecimal checksum of a file."""
    digest = hashlib.new(algorithm)
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def sidecar(path):
    """Return the file that holds the checksum of ``path``."""
    return path.with_name(f"{path.name}.sha256")


def is_intact(path):
    """Return whether a cached file is whole and as it was downloaded."""
    try:
        expected = sidecar(path).read_text().split()[0]
    except (FileNotFoundError, IndexError):
        return False
    return path.is_file() and checksum(path) == expected


def find(package):
    """Return the newest intact file of a Debian package, dropping damaged ones.

    :rtype: tuple[Path or None, list[Path]]
    """
    damaged = []
    for path in _files_of(package):
        if is_intact(path):
            return path, damaged
        damaged.append(path)
        discard(path)
    return None, damaged


def store(path):
    """Move a verified download into the cache; its checksum is written first."""
    target = cache_dir() / path.name
    _write_atomically(sidecar(target), f"{checksum(path)}  {target.name}\n")
    os.replace(path, target)
    return target


def discard(path):
    """Remove a cached file and its checksum."""
    path.unlink(missing_ok=True)
    sidecar(path).unlink(missing_ok=True)


def _files_of(package):
    pattern = re.compile(rf"{re.escape(package)}_.*\.deb$")
    folder = cache_dir()
    files = [f for f in folder.glob("*.deb") if pattern.match(f.name)]
    return sorted(files, key=lambda f: f.stat().st_mtime, reverse=True)


def _write_atomically(path, text):
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text)
    os.replace(temporary, path)
