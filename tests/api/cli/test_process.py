"""The installed command as a process: the demonstration and the service, exit codes, streams."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from api.cli.service import listening
from seed_data.targets import TARGETS

COMMAND = [sys.executable, "-c", "from api.cli.main import main; main()"]
PATIENCE = 60.0  # Seconds that a start may take on a busy machine.


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("REGISTRY_", "COV_"))}
    return kept | {"REGISTRY_DATA_DIR": str(tmp_path / "data"), "COLUMNS": "160", "PYTHONWARNINGS": "default"}


def _run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], env=environment, capture_output=True, text=True, check=False)


@contextmanager
def _serving(environment: dict[str, str], *arguments: str) -> Iterator[str]:
    """A service on a free port, ended by Ctrl+C as a person does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*COMMAND, *arguments, "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    base = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                httpx2.get(f"{base}/readyz").raise_for_status()
                break
            except httpx2.HTTPError:
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < deadline
                time.sleep(0.2)
        yield base
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)


def test_the_demonstration_ends_in_a_running_page(environment: dict[str, str]) -> None:
    """Otherwise `make demo` would show nothing to look at."""
    with _serving(environment, "demo") as base:
        assert "可溯源" in httpx2.get(f"{base}/i/{TARGETS[0].id}").text
        assert httpx2.get(f"{base}/api/v1/items/{TARGETS[0].id}/verdict").json()["status"] == TARGETS[0].status


def test_the_service_serves_an_empty_registry(environment: dict[str, str]) -> None:
    """Otherwise `registry serve` would need a database made by hand."""
    with _serving(environment, "serve") as base:
        page = httpx2.get(f"{base}/api/v1/items").json()
        assert (page["items"], page["next"]) == ([], None)


def test_a_port_that_is_taken_is_a_mistake_and_no_traceback(environment: dict[str, str]) -> None:
    """Otherwise a second service would die with a stack trace."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = _run(environment, "serve", "--port", str(taken.getsockname()[1]))
    assert result.returncode == 2
    assert "--port" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_end_of_an_answer_goes_out_before_its_beginning_was_received() -> None:
    """Otherwise every answer on a connection that is kept took 40 ms longer: Nagle's algorithm against delayed receipts."""
    found: list[int] = []

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found.append(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    async def ask() -> None:
        with listening("127.0.0.1", 0) as listener:
            async with await asyncio.start_server(answer, sock=listener):
                reader, writer = await asyncio.open_connection(*listener.getsockname())
                await reader.read()
                writer.close()

    asyncio.run(ask())
    assert found == [1]


def test_nothing_is_warned_about_on_the_way(environment: dict[str, str]) -> None:
    """Otherwise people would read about our libraries' deprecations instead of the answer."""
    result = _run(environment, "verdict", "x", "--json")
    assert (result.returncode, result.stdout) == (4, "")
    assert "Warning" not in result.stderr
    assert len(result.stderr.splitlines()) == 2
