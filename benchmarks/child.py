"""One measure in a process of its own: ``python -m benchmarks.child JSON``.

Prints the results as JSON on the last line of its output.
"""

import json
import sys
from dataclasses import asdict

from . import estimates, ledger, letters, memory, pages, peer, planning, screens
from .session import environment

MEASURES = {
    "planning": planning.measure,
    "peer": peer.measure,
    "ledger": ledger.measure,
    "letters": letters.measure,
    "memory_planning": memory.measure_planning,
    "memory_sending": memory.measure_sending,
    "estimates": estimates.measure,
    "screens": screens.measure,
    "pages": pages.measure,
}


def main():
    """Do what the only argument says: measure, database, addons and options."""
    job = json.loads(sys.argv[1])
    with environment(job["database"], *job["addons"]) as env:
        results = MEASURES[job["measure"]](env, **job["options"])
    print(json.dumps([asdict(result) for result in results]))


if __name__ == "__main__":
    main()
