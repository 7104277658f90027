"""Proof bundles out of a big registry: how long one takes, how large it is, how long the command checks it (issue 6).

    python -m bench.evidence [--meters 1000000] [--items 200] [--url URL]

For random meters of the demo city and for the longest chain that the seed chains hold: made (question of a day, and of a
period of two years), size, and `verified` as the command calls it, process start excluded.
"""

import argparse
import random
import statistics
import time
from collections.abc import Sequence
from datetime import date

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench import machine
from bench.one_item import NOW, POLICY, TODAY, filled, meters_of
from registry.access import OPERATOR, Party
from registry.evidence.bundle import Question
from registry.evidence.verifying import verified
from registry.ledger.notes import Ed25519Signer, opened, verifier_key, verifier_of
from registry.unit_of_work import Store
from registry.usecases.import_records import import_records
from registry.usecases.make_checkpoint import current_checkpoint
from registry.usecases.make_proof import make_proof
from seed_data.chains import chains
from traceability.interchange import dump_records

START = date(2024, 11, 23)
LONGEST = "belt-scale"  # Six certificates one above the other.
SIGNER = Ed25519Signer(name="bench.invalid/log", private=Ed25519PrivateKey.from_private_bytes(bytes(32)))
VERIFIER = verifier_of(verifier_key(SIGNER))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--meters", type=int, default=1_000_000)
    parser.add_argument("--items", type=int, default=200)
    parser.add_argument("--url")
    given = parser.parse_args()
    print(machine.describe())
    with filled("sqlite", given.meters, given.url) as store:
        with store.writing() as work:
            import_records(work, [dump_records(chains(TODAY)).decode()], party=Party(name="bench"), at=NOW, source="seed")
        start = time.perf_counter()
        note = current_checkpoint(store, SIGNER, NOW).note
        print(f"checkpoint of {opened(note, VERIFIER).size:,} leaves in {time.perf_counter() - start:.3f} s")
        chosen = random.Random(7).sample(meters_of(store), given.items)
        measure(store, note, chosen, f"{len(chosen)} random meters")
        measure(store, note, [LONGEST], "the longest chain of the examples")


def measure(store: Store, note: str, targets: Sequence[str], title: str) -> None:
    """Print the figures of some targets."""
    for start in (None, START):
        made: list[float] = []
        checked: list[float] = []
        sizes: list[int] = []
        depths: list[int] = []
        for target in targets:
            seconds, bundle = _make(store, note, target, start)
            made.append(seconds)
            sizes.append(len(bundle))
            before = time.perf_counter()
            found = verified(bundle, VERIFIER, POLICY)
            checked.append(time.perf_counter() - before)
            depths.append(found.verdict.depth or 0)
        print(f"{title}, {'a day' if start is None else 'two years'}; up to {max(depths)} certificates one above the other")
        print(f"  made, s: {_spread(made)}   bar: <= 1")
        print(f"  bytes: median {statistics.median(sizes):,.0f}, largest {max(sizes):,}   bar: <= 200 KB for five levels")
        print(f"  verified, s: {_spread(checked)}   bar: <= 1")


def _make(store: Store, note: str, target: str, start: date | None) -> tuple[float, bytes]:
    question = Question(
        target=target, as_of=TODAY, known_at=NOW, policy=POLICY.name, start=start, until=None if start is None else TODAY
    )
    before = time.perf_counter()
    checkpoint = opened(note, VERIFIER)
    with store.reading() as work:
        bundle = make_proof(work, question, party=OPERATOR, checkpoint=checkpoint, note=note, signer=SIGNER, at=NOW)
    return time.perf_counter() - before, bundle


def _spread(seconds: Sequence[float]) -> str:
    return f"median {statistics.median(seconds):.3f}, largest {max(seconds):.3f}"


if __name__ == "__main__":
    main()
