"""Makes the addon's README.rst and store page out of its ``readme/`` fragments."""

import sys

from .paths import ROOT

ADDON = ROOT / "payment_reminder"
FRAGMENTS = ("DESCRIPTION", "CONFIGURE", "USAGE", "DEVELOP", "HISTORY")
TITLES = {
    "CONFIGURE": "Configuration",
    "USAGE": "Usage",
    "DEVELOP": "Development",
    "HISTORY": "Changelog",
}
HEAD = "================\nPayment Reminder\n================\n\n"
NOTE = "..\n   Made by devtools/readme.py from the fragments in readme/.\n\n"
OPTIONS = ["--wrap=preserve", "--shift-heading-level-by=1"]


def main(arguments=None):
    """Write both files, or with ``--check`` say which of them is out of date."""
    stale = [path for path, text in render().items() if read(path) != text]
    if "--check" in (sys.argv[1:] if arguments is None else arguments):
        for path in stale:
            print(f"{path.relative_to(ROOT)}:1: out of date, run 'bin/lint --fix'")
        return len(stale)
    for path, text in render().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


def read(path):
    """Return the text of a file, empty when it is missing."""
    return path.read_text(encoding="utf-8") if path.exists() else ""


def render():
    """Return ``{path: text}`` of what the fragments make.

    :rtype: dict[pathlib.Path, str]
    """
    import pypandoc  # a development package, in the project's environment only

    markdown = "\n\n".join(get_section(name) for name in FRAGMENTS)
    rst = pypandoc.convert_text(markdown, "rst", format="gfm", extra_args=OPTIONS)
    html = pypandoc.convert_text(markdown, "html5", format="gfm", extra_args=OPTIONS)
    return {
        ADDON / "README.rst": NOTE + HEAD + rst.replace("\r\n", "\n"),
        ADDON / "static/description/index.html": f"<h1>Payment Reminder</h1>\n{html}",
    }


def get_section(name):
    """Return the fragment ``name`` as Markdown below its title."""
    text = read(ADDON / "readme" / f"{name}.md").strip()
    title = TITLES.get(name)
    if not title:
        return text
    deeper = text.replace("\n## ", "\n### ")
    if deeper.startswith("## "):
        deeper = "#" + deeper
    return f"# {title}\n\n{deeper.replace('### ', '## ')}"


if __name__ == "__main__":
    sys.exit(main())
