"""Merge exported terms into the translations of a folder; needs polib."""

import sys
from pathlib import Path

import polib


def main():
    """Merge the .pot file of the first argument into the folder of the second."""
    exported, folder = Path(sys.argv[1]), Path(sys.argv[2])
    template = polib.pofile(str(exported), wrapwidth=78)
    template.save(str(folder / exported.name))
    missing = [merge(path, template) for path in sorted(folder.glob("*.po"))]
    return 1 if any(missing) else 0


def merge(path, template):
    """Bring the terms of a .po file up to date; return how many lack a translation."""
    translations = polib.pofile(str(path), wrapwidth=78)
    translations.merge(template)
    for entry in translations.obsolete_entries():
        translations.remove(entry)
    translations.save()
    missing = translations.untranslated_entries() + translations.fuzzy_entries()
    for entry in missing:
        print(f"{path.name}: not translated: {entry.msgid!r}")
    return len(missing)


if __name__ == "__main__":
    sys.exit(main())
