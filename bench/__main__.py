"""Every figure that the issues ask for, as ratios to baselines of the same run, with the machine: `make bench`."""

import sys

from bench import fleet, fleet_load, imports, one_item

BENCHES = {"imports": imports.main, "one item": one_item.main, "every item": fleet.main, "loading every item": fleet_load.main}
for name, bench in BENCHES.items():
    print(f"== {name}")
    sys.argv = sys.argv[:1]
    bench()
