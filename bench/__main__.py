"""Every figure that the issues ask for, as ratios to baselines of the same run, with the machine: `make bench`."""

import sys

from bench import (
    bulk,
    evidence,
    fleet,
    fleet_changes,
    fleet_load,
    imports,
    label_reading,
    ledger,
    one_item,
    posting,
    review,
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
    "every item": fleet.main,
    "loading every item": fleet_load.main,
    "changes of every item": fleet_changes.main,
    "review of a district": review.main,
    "workbook": workbook.main,
    "label reading": label_reading.main,
    "scanning": scanning.main,
}
for name, bench in BENCHES.items():
    print(f"== {name}")
    sys.argv = sys.argv[:1]
    bench()
