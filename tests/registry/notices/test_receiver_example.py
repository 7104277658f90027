"""The receiver of docs/notices.md takes what the registry sends, and nothing else."""

import re
from datetime import UTC, datetime
from http.server import HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from registry.notices.delivering import body_of, signed_headers
from registry.notices.posting import Posting, posting_over_http
from registry.repositories.outgoing import Told

PAGE = Path(__file__).parents[3] / "docs" / "notices.md"
SECRET = "whsec_" + "QUJD" * 8


def test_the_receiver_of_the_documentation_checks_signatures(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever copies the example would take forged events, or refuse ours."""
    example = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    code, _, last = example[1].strip().rpartition("\n")
    assert last == 'HTTPServer(("127.0.0.1", 9000), Receiver).serve_forever()'
    now = datetime.now(UTC)  # The library that checks signatures compares with the time of day.
    names: dict[str, Any] = {}
    exec(code.replace("whsec_…", SECRET), names)  # noqa: S102 - the example of our own page.
    names["Receiver"].log_message = lambda *_: None
    server = HTTPServer(("127.0.0.1", 0), names["Receiver"])
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        told = Told("evt_1", "item.recorded", "M-1", {"item": "M-1"}, now)
        body = body_of(told, "https://registry.example")
        headers = signed_headers([SECRET], "evt_1", body, now)
        post, url = posting_over_http(allows_private=True), f"http://127.0.0.1:{server.server_port}/"
        statuses = [post(Posting(url=url, headers=headers, body=each)).status for each in (body, body, body + b" ")]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert statuses == [204, 204, 400]
    assert capsys.readouterr().out == "item.recorded M-1\n"
