"""Every figure that the issues ask for, as ratios to baselines of the same run, with the machine: `make bench`."""

import sys

from bench import imports, label_reading, one_item

for name, bench in {"imports": imports.main, "one item": one_item.main, "label reading": label_reading.main}.items():
    print(f"== {name}")
    sys.argv = sys.argv[:1]
    bench()
