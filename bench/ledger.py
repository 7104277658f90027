"""What the ledger costs: certificates a second with it and without it, in the same run, by turns, on either engine.

`python -m bench.ledger [--certificates N] [--rounds N] [--postgresql URL]`
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from bench import machine
from bench.imports import CERTIFICATES_A_METER, in_process
from bench.synthetic import document
from registry import schema
from registry.access import Party
from registry.ledger.writing import Fact
from registry.unit_of_work import UnitOfWork, open_store
from registry.usecases.import_records import import_records

AT = datetime(2026, 11, 22, tzinfo=UTC)
PIECE = 1 << 20  # Characters.


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--certificates", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--postgresql", help="URL of an empty database; SQLite when left out")
    arguments = parser.parse_args()
    print(machine.describe())
    times: dict[bool, list[float]] = {True: [], False: []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "source.json"
        with source.open("w", encoding="utf-8") as file:
            file.writelines(document(round(arguments.certificates / CERTIFICATES_A_METER)))
        for number in range(arguments.rounds):
            for has_ledger in (True, False) if number % 2 else (False, True):
                url = arguments.postgresql or f"sqlite:///{folder / f'{number}-{has_ledger}.sqlite'}"
                found = in_process(run_import, source, url, has_ledger)  # type: ignore[arg-type]
                times[has_ledger].append(found["seconds"])
    cost = [one / other - 1 for one, other in zip(times[True], times[False], strict=True)]
    for has_ledger, name in ((True, "with"), (False, "without")):
        rate = found["certificates"] / statistics.median(times[has_ledger])
        print(f"{name} ledger s: {machine.spread(times[has_ledger])}, {rate:,.0f} certificates a second")
    lost = [1 - 1 / (1 + each) for each in cost]
    print(f"share of certificates a second that the ledger costs: {machine.spread(lost)}   bar: <= 0.25")


def run_import(source: Path, url: str, has_ledger: bool) -> dict[str, float]:  # noqa: FBT001
    """Import a document into an empty store; without the ledger nothing is noted for it."""
    store = open_store(url)
    if schema.current_revision(store) is not None:
        schema.downgrade(store, "base")
    schema.upgrade(store)
    if not has_ledger:
        UnitOfWork.note = _forget  # type: ignore[method-assign,assignment]
    start = time.perf_counter()
    with store.writing() as work, source.open(encoding="utf-8") as file:
        report = import_records(work, iter(lambda: file.read(PIECE), ""), party=Party(name="bench"), at=AT, source="bench")
    seconds = time.perf_counter() - start
    store.close()
    return {"seconds": seconds, "certificates": report.counts["certificates"].new}


def _forget(_work: UnitOfWork, _facts: Iterable[Fact]) -> None:
    pass


if __name__ == "__main__":
    main()
