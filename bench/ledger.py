"""What the ledger costs: certificates a second with it and without it, in bulk and one by one over HTTP, on either engine.

    python -m bench.ledger [--rounds 61] [--certificates 4000] [--posts 20] [--engine sqlite|postgresql|both]
                           [--way bulk|posted|both] [--postgresql URL]

A round is a pair, one with the ledger and one without (nothing is noted for it then), one right after the other and each first
in every other round, so that what else the machine does meets both. Told is the median of the share of certificates a second
that is lost, with the interval that holds the true one with 95 % certainty, whatever the distribution. The first round warms up
and does not count.

In bulk, a document of so many certificates is imported into a copy of an empty store. What is written back later is counted
by SQLite, which does so in the commit; a server is made to do it right before each run, and not in one.
Posted certificates go to two services, each a process with a copy of one store, over loopback, and are answered with their
verdicts; a round is so many `--posts` to either. `--postgresql` names a server on which databases are made; else the embedded
one is used.
"""

import argparse
import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

from bench import bars, machine
from bench.imports import CERTIFICATES_A_METER
from bench.ledger_posted import posted
from bench.store_copies import Files, Server, StoreCopies, embedded
from bench.synthetic import document
from registry import schema
from registry.access import Party
from registry.unit_of_work import UnitOfWork, open_store
from registry.usecases.import_records import import_records

AT = datetime(2026, 11, 22, tzinfo=UTC)
PIECE = 1 << 20  # Characters.
MOST = 0.25  # Bar of the issue: the share of certificates a second that the ledger may cost.

Timed = Callable[[bool], float]  # Seconds of one side of a round, with the ledger or without.


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=61)
    parser.add_argument("--certificates", type=int, default=4_000)
    parser.add_argument("--posts", type=int, default=20)
    parser.add_argument("--engine", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--way", choices=("bulk", "posted", "both"), default="both")
    parser.add_argument("--postgresql")
    given = parser.parse_args()
    print(machine.describe())
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="registry-ledger-")))
        engines: list[StoreCopies] = []
        if given.engine != "postgresql":
            engines.append(Files(folder))
        if given.engine != "sqlite":
            engines.append(Server(given.postgresql or stack.enter_context(embedded(folder))))
        for stores in engines:
            if given.way != "posted":
                with bulk(stores, folder, given.certificates) as (timed, certificates):
                    tell(f"{stores.engine}, bulk", timed, certificates, given.rounds)
            if given.way != "bulk":
                with posted(stores, (given.rounds + 1) * given.posts, given.posts, without_ledger) as timed:
                    tell(f"{stores.engine}, posted", timed, given.posts, given.rounds)


def tell(name: str, timed: Timed, certificates: int, rounds: int) -> None:
    """Print what the ledger costs one way on one engine; a side of a round brings so many certificates."""
    pairs: list[dict[bool, float]] = []
    for number in range(rounds + 1):
        order = (True, False) if number % 2 else (False, True)
        pairs.append({has_ledger: timed(has_ledger) for has_ledger in order})
    del pairs[0]
    for has_ledger, how in ((True, "with"), (False, "without")):
        seconds = [pair[has_ledger] for pair in pairs]
        rate = certificates / statistics.median(seconds)
        print(f"{name}, {how} ledger s: {machine.spread(seconds)}, {rate:,.0f} certificates a second")
    lost = [1 - pair[False] / pair[True] for pair in pairs]
    low, high = machine.interval_of_median(lost)
    print(f"{name}: share of certificates a second that the ledger costs: {machine.spread(lost)}")
    print(f"  95 % interval of the median: {low:.3f} to {high:.3f}   bar: <= {MOST}", flush=True)
    bars.at_most(f"cost of the ledger, {name}", statistics.median(lost), MOST)


@contextmanager
def bulk(stores: StoreCopies, folder: Path, certificates: int) -> Iterator[tuple[Timed, int]]:
    """Imports of a document into copies of an empty store, and how many certificates it holds."""
    source = folder / "source.json"
    with source.open("w", encoding="utf-8") as file:
        file.writelines(document(round(certificates / CERTIFICATES_A_METER)))
    empty = stores.new("empty")
    with closing(open_store(empty)) as store:
        schema.upgrade(store)

    def timed(has_ledger: bool) -> float:  # noqa: FBT001
        url = stores.copy(empty, "imported")
        with ExitStack() as stack:
            if not has_ledger:
                stack.enter_context(without_ledger())
            seconds, _ = imported(source, url)
        stores.remove(url)
        return seconds

    url = stores.copy(empty, "counted")
    _, brought = imported(source, url)
    stores.remove(url)
    yield timed, brought
    stores.remove(empty)


def imported(source: Path, url: str) -> tuple[float, int]:
    """Seconds of the import of a document into a store, and how many certificates it brought."""
    with closing(open_store(url)) as store:
        gc.collect()  # What an earlier run left is not this one's.
        start = time.perf_counter()
        with store.writing() as work, source.open(encoding="utf-8") as file:
            report = import_records(work, iter(lambda: file.read(PIECE), ""), party=Party(name="bench"), at=AT, source="bench")
        return time.perf_counter() - start, report.counts["certificates"].new


@contextmanager
def without_ledger() -> Iterator[None]:
    """As long as it lasts no fact becomes a leaf, and nothing is computed for one."""
    with (  # No mocks: these would count their calls, and cost more than what they stand for.
        mock.patch("registry.repositories.recordings.record_texts", _nothing),
        mock.patch("registry.unit_of_work.row_text", _nothing),
        mock.patch.object(UnitOfWork, "note", _nothing),
    ):
        yield


def _nothing(*_arguments: object) -> None:
    pass


if __name__ == "__main__":
    main()
