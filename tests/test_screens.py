"""The desk and the run open with the same queries for few and for many lines."""

import json

import pytest
from system import System

from devtools.database import Databases
from devtools.paths import ROOT

FEW, MANY = 20, 20_000
PAGE = 5  # records in a list: full even with few lines

#: Makes invoices by SQL, plans a run of them and opens the screens as a client does.
OPEN = """
import json, sys
sys.path.insert(0, {root!r})
from benchmarks.screens import count_queries
print("queries", json.dumps(count_queries(env, {size}, {page})))
"""


@pytest.mark.slow
def test_desk_case_and_run_open_with_the_same_queries_for_20_and_20000_lines(
    server, tmp_path
):
    few, many = (count_queries(server, tmp_path, size) for size in (FEW, MANY))
    assert few == many
    assert max(few.values()) < 200, few


def count_queries(server, folder, size):
    """Return the queries of each screen, on a database of its own."""
    databases = Databases(server)
    template = databases.template_with_addon()
    with databases.temporary(template, "screens") as name:
        script = OPEN.format(root=str(ROOT), size=size, page=PAGE)
        output = System(server, name, folder).run(script, seconds=120)
    [line] = [row for row in output.splitlines() if row.startswith("queries")]
    return json.loads(line.removeprefix("queries"))
