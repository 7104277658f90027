"""Scans of labels by many at once, beside a bare endpoint that does one indexed read on the same server (issue 4).

    python -m bench.scanning [--meters 100000] [--labels 4000] [--requests 4000] [--clients 32] [--url URL]

One server process (uvicorn), as `registry serve` runs it, with two baselines of one indexed read each: the row of a code, by
the driver on an open connection, answered as plain text.

- endpoint: an async endpoint of the app, first of its routes, behind the same guard as all. The bars are held to it.
- beside: the same, outside of the app: what the server alone can do, without guard, routing or error handling.

From another process clients over kept connections ask the two, then `/i/{code}/verdict` of random codes that were asked before
(warm), then of codes that nobody asked before, of meters that nobody asked for either (new); round by round. Then the records
change, and the next scan has to tell.
"""

import argparse
import asyncio
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from api.app import create_app
from api.cli.service import collect_seldom
from bench import machine
from bench.one_item import fill
from registry.labels.code import new_code
from registry.repositories import labels
from registry.repositories.labels import Mount
from registry.repositories.recordings import Recorder
from registry.unit_of_work import Store, open_store
from registry.usecases.change_label import report_lost

ROUNDS = 15  # Short ones, as other work of the machine comes and goes.
BARS = {"warm": 0.3, "new": 0.1}
_BARE = {
    "sqlite": "SELECT entry FROM labels WHERE code = ?",
    "postgresql": "SELECT entry FROM labels WHERE code = %s",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--meters", type=int, default=100_000)
    parser.add_argument("--labels", type=int, default=4_000)
    parser.add_argument("--requests", type=int, default=4_000, help="of each kind, over all rounds")
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--url", help="a store that holds a city already")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve is not None:
        serve(given.url, given.serve)
        return
    print(machine.describe())
    print(f"load before: {os.getloadavg()}")
    with tempfile.TemporaryDirectory(prefix="registry-bench-") as folder:
        url = given.url or f"sqlite:///{Path(folder) / 'registry.sqlite'}"
        store = open_store(url)
        if given.url is None:
            fill(store, given.meters)
        codes = label(store, given.labels + given.requests)
        run(store, url, codes, given)
        store.close()


def label(store: Store, number: int) -> list[str]:
    """New labels on that many random meters."""
    with store.reading() as work:
        rows = work.connection.exec_driver_sql("SELECT id FROM items WHERE kind = 'meter' ORDER BY entry").fetchall()
    meters = random.Random(7).sample([id_ for (id_,) in rows], number)
    codes = [new_code() for _ in meters]
    with store.writing() as work:
        recording = Recorder(work, at=datetime.now(UTC), source="bench").begun()
        entries = labels.add_labels(work, codes, recording)
        had = labels.labels_of_items(work, meters)
        for entry, meter in zip(entries, meters, strict=True):
            labels.add_binding(work, entry, Mount(meter, None, None), len(had.get(meter, ())) + 1, recording)
    return codes


def run(store: Store, url: str, codes: list[str], given: argparse.Namespace) -> None:
    """Start the server, ask it, stop it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        command = [sys.executable, "-m", "bench.scanning", "--serve", str(listener.fileno()), "--url", url]
        server = subprocess.Popen(command, pass_fds=[listener.fileno()])
        try:
            asyncio.run(measure(store, port, codes, given))
        finally:
            server.terminate()
            server.wait()


def serve(url: str, descriptor: int) -> None:
    """The app with the bare endpoint beside it."""
    store = open_store(url)
    app: Any = create_app(store, base_url="http://127.0.0.1:8000")
    connection: Any = store.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    driver = connection.connection.driver_connection
    bare = _BARE[store.engine.dialect.name]

    async def endpoint(request: Request) -> Response:
        return PlainTextResponse(read(request.path_params["code"]))

    def read(code: str) -> str:
        return str(driver.execute(bare, (code,)).fetchone()[0])

    app.router.routes.insert(0, Route("/endpoint/{code}", endpoint))

    async def both(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/beside/"):
            body = read(scope["path"].rpartition("/")[2]).encode()
            headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": body})
            return
        await app(scope, receive, send)

    collect_seldom()
    config = uvicorn.Config(both, log_level="warning", access_log=False, server_header=False)
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=descriptor)])


async def measure(store: Store, port: int, codes: list[str], given: argparse.Namespace) -> None:
    """Ask in rounds, print what came of it."""
    warm, new = codes[: given.labels], codes[given.labels :]
    choice = random.Random(11)
    clients = [Client(port) for _ in range(given.clients)]
    await asyncio.gather(*(client.begin() for client in clients))
    await ask(clients, [f"/i/{code}/verdict" for code in warm])
    a_round = given.requests // ROUNDS
    figures: dict[str, list[tuple[float, float]]] = {kind: [] for kind in ("endpoint", "beside", "warm", "new")}
    for number in range(ROUNDS):
        paths = {
            "endpoint": [f"/endpoint/{code}" for code in choice.choices(warm, k=a_round)],
            "beside": [f"/beside/{code}" for code in choice.choices(warm, k=a_round)],
            "warm": [f"/i/{code}/verdict" for code in choice.choices(warm, k=a_round)],
            "new": [f"/i/{code}/verdict" for code in new[number * a_round : (number + 1) * a_round]],
        }
        for kind, asked in paths.items():
            rate, times = await ask(clients, asked)
            figures[kind].append((rate, quantile(times, 0.99) / statistics.median(times)))
    print(f"{given.clients} clients, {ROUNDS} rounds of {a_round} requests of each kind; load {os.getloadavg()[0]:.1f}")
    for kind, rows in figures.items():
        bar = f", bar >= {BARS[kind]}" if kind in BARS else ""
        print(f"  {kind}: requests/s {machine.spread([rate for rate, _ in rows])}")
        for baseline in ("endpoint", "beside"):
            ratios = [rate / bare for (rate, _), (bare, _) in zip(rows, figures[baseline], strict=True)]
            print(f"    of {baseline}: {machine.spread(ratios)}{bar if baseline == 'endpoint' else ''}")
        print(f"    p99 / median: {machine.spread([tail for _, tail in rows])}, bar <= 5")
    await see_a_change(store, clients[0], warm[0])


async def see_a_change(store: Store, client: "Client", code: str) -> None:
    """A label that is reported lost has to be lost in the next scan."""
    before = json.loads(await client.get(f"/i/{code}/verdict"))["label"]["state"]
    with store.writing() as work:
        report_lost(work, code, "bench", at=datetime.now(UTC))
    after = json.loads(await client.get(f"/i/{code}/verdict"))["label"]["state"]
    print(f"  a change: {before} -> {after} in the next scan")
    assert (before, after) == ("active", "lost")


async def ask(clients: Sequence["Client"], paths: list[str]) -> tuple[float, list[float]]:
    """Let the clients ask for all paths; requests per second, and the seconds of each."""
    waiting = iter(paths)
    times: list[float] = []

    async def work(client: Client) -> None:
        for path in waiting:
            start = time.perf_counter()
            await client.get(path)
            times.append(time.perf_counter() - start)

    start = time.perf_counter()
    await asyncio.gather(*(work(client) for client in clients))
    return len(paths) / (time.perf_counter() - start), times


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which that share lies."""
    return sorted(values)[int(len(values) * share)]


class Client:
    """A kept connection: as little work as a client can do, so that the server is what is measured."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def begin(self) -> None:
        """Connect; the server may still be starting."""
        for _ in range(600):
            with suppress(ConnectionError):
                self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
                return
            await asyncio.sleep(0.1)
        raise TimeoutError

    async def get(self, path: str) -> bytes:
        """The body of a good answer."""
        self._writer.write(f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1:8000\r\n\r\n".encode())
        head = await self._reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        return await self._reader.readexactly(int(length.partition(b":")[2]))


if __name__ == "__main__":
    main()
