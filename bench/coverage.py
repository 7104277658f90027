"""Periods of random targets against every single day of them, as an independent reading of the rules has it (issue 6).

    python -m bench.coverage [--targets 2000]

Each target, an item or a metering point of a random record set, is asked over a random period: the days that are traceable,
the spans with their causes, the shares of what was read, the days without a reading. The oracle (tests/oracle.py) answers day
by day.
"""

import argparse
import sys
import time
from itertools import count

from bench import machine
from tests.test_accounting_against_oracle import Compared, compare


def main() -> None:
    """Compare, and print what was compared; the exit code is 1 when something differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--targets", type=int, default=2_000)
    given = parser.parse_args()
    print(machine.describe())
    start = time.perf_counter()
    compared: list[Compared] = []
    for seed in count():
        if len(compared) == given.targets:
            break
        try:
            found = compare(seed)
        except AssertionError as error:
            print(f"seed {seed} differs: {error}")
            sys.exit(1)
        compared += [] if found is None else [found]
    points = sum(each.is_point for each in compared)
    mixed = sum(0 < each.good < each.days for each in compared)
    print(
        f"{len(compared):,} targets ({points:,} metering points) over {sum(each.days for each in compared):,} days, all equal"
    )
    print(f"  partly traceable: {mixed:,}; wholly: {sum(each.good == each.days for each in compared):,}")
    print(f"  spans {sum(each.spans for each in compared):,}, readings {sum(each.readings for each in compared):,}")
    print(f"  in {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
