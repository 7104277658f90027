"""Every figure that the issues ask for, as ratios to baselines of the same run, with the machine: `make bench`."""

import sys

from bench import bulk, imports, one_item

for name, bench in {"imports": imports.main, "bulk imports": bulk.main, "one item": one_item.main}.items():
    print(f"== {name}")
    sys.argv = sys.argv[:1]
    bench()
