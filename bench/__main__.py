"""Every figure that the issues ask for, as ratios to baselines of the same run, with the machine: `make bench`.

    python -m bench [NAME …] [--meters 1000000]

`--meters`: the size of the registries of the fleet engine, for a look at a smaller one. At the end all bars of the fleet engine
that the benches noted, with what was measured and whether they are met.
"""

import argparse
import sys

from bench import (
    bars,
    bulk,
    coverage,
    evidence,
    fleet,
    fleet_changes,
    fleet_cluster,
    fleet_load,
    fleet_sizes,
    imports,
    label_reading,
    ledger,
    machine,
    one_item,
    posting,
    scanning,
    workbook,
)

BENCHES = {
    "imports": imports.main,
    "bulk imports": bulk.main,
    "one item": one_item.main,
    "posting": posting.main,
    "ledger": ledger.main,
    "evidence": evidence.main,
    "coverage of periods": coverage.main,
    "every item": fleet.main,
    "loading every item": fleet_load.main,
    "sizes": fleet_sizes.main,
    "changes of every item": fleet_changes.main,
    "every item on a cluster": fleet_cluster.main,
    "plan of a country": fleet_cluster.main,
    "workbook": workbook.main,
    "label reading": label_reading.main,
    "scanning": scanning.main,
}
_COUNTRY = 600_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    parser.add_argument("--meters", type=int, default=1_000_000)
    given = parser.parse_args()
    for name in given.names or BENCHES:
        print(f"== {name}", flush=True)
        sys.argv = [sys.argv[0], *_arguments(name, given.meters)]
        BENCHES[name]()
    print(f"== bars of the fleet engine, measured on {machine.describe()}")
    print(bars.told())


def _arguments(name: str, meters: int) -> list[str]:
    size, tenfold, sample = str(meters), str(10 * meters), str(meters // 5)
    return {
        "every item": ["--meters", size],
        "loading every item": ["--meters", size],
        "sizes": ["--meters", size, tenfold],
        "changes of every item": ["--meters", size],
        "every item on a cluster": ["--meters", tenfold, "--items-a-part", str(10 * meters // 8)],
        "plan of a country": ["--plan", str(_COUNTRY), "--sample", sample],
    }.get(name, [])


main()
