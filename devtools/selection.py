"""Which of the addon's tests a name means, as Odoo's ``--test-tags``."""

import ast

from .paths import ADDON, ROOT

SLOW_TAG = "payment_reminder_slow"


def tags_for(name=None, fast=False):
    """Return the value for ``--test-tags``, or None when no test has such a name.

    :param str name: a part of the name of a file, a class or a method
    :param bool fast: leave out browser tours and other slow tests
    """
    chosen = sorted(_matching(name.lower())) if name else [f"/{ADDON}"]
    if not chosen:
        return None
    excluded = [f"-{SLOW_TAG}"] if fast else []
    return ",".join([*chosen, *excluded])


def _matching(name):
    for path in (ROOT / ADDON / "tests").rglob("*.py"):
        if name in path.stem.lower() and path.stem.startswith("test_"):
            yield f"/{path.relative_to(ROOT)}"
        else:
            yield from _matching_in(path, name)


def _matching_in(path, name):
    """Yield the selectors of classes and methods in one file.

    A method is chosen in all classes: it may be inherited from a mixin.
    """
    tree = ast.parse(path.read_text(), filename=str(path))
    for node in tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        if name in node.name.lower():
            yield f"/{ADDON}:{node.name}"
        for item in node.body:
            if _is_test(item) and name in item.name.lower():
                yield f"/{ADDON}.{item.name}"


def _is_test(node):
    return isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
