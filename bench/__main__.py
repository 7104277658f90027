"""Every figure that the issues ask for, as ratios to baselines of the same run, with the machine: `make bench`."""

import sys

from bench import imports, one_item, workbook

for name, bench in {"imports": imports.main, "one item": one_item.main, "workbook": workbook.main}.items():
    print(f"== {name}")
    sys.argv = sys.argv[:1]
    bench()
