"""A monitoring system to try the interface with: what it answers, as values, and the same as a small ASGI application.

Synthetic: it is written after the description of the interface (docs/monitoring.md), not after any deployed system. Of several
values for a code and period it keeps the one with the latest `uploadDate`.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from traceability.json_text import dump, loads
from traceability.problems import InputError

TAKEN, REFUSED = "1", "0"
_NOT_HELD = {"responseCode": REFUSED, "responseMessage": "序列号与企业统一社会信用代码不符"}

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Key = tuple[str, str, int, str]  # Enterprise, data code, statType, statDate.


@dataclass(slots=True, kw_only=True)
class SimulatedPlatform:
    """What it knows: devices by id, the values that count, and the meters that it has of each enterprise."""

    base_url: str = "http://platform.test"
    devices: dict[str, str] = field(default_factory=dict)
    values: dict[Key, Mapping[str, Any]] = field(default_factory=dict)
    registers: dict[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    received: int = 0  # Values, those that came again included.

    def answer(self, path: str, body: bytes) -> tuple[int, bytes]:
        """The status and body of its answer to a request."""
        try:
            asked = loads(body)
        except InputError:
            return 400, dump({"responseCode": REFUSED, "responseMessage": "解密失败"})
        actions = {"/register": self._register, "/versionCheck": self._version, "/data": self._take, "/meters": self._meters}
        action = actions.get(path)
        if action is None or not isinstance(asked, dict):
            return 404, dump({"responseCode": REFUSED, "responseMessage": "not found"})
        return 200, dump(action(asked))

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """The same over HTTP (ASGI)."""
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        status, content = await asyncio.to_thread(self.answer, scope["path"], body)
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    def _register(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        region, enterprise = str(asked.get("region")), str(asked.get("enterpriseCode"))
        if len(region) != 6 or len(enterprise) != 18:
            return {"responseCode": REFUSED, "responseMessage": "region or enterpriseCode"}
        device = hashlib.sha256(f"{region} {enterprise}".encode()).hexdigest()[:32]
        self.devices[device] = enterprise
        return {
            "responseCode": TAKEN,
            "responseMessage": "ok",
            "deviceId": device,
            "secretKey": hashlib.sha256(device.encode()).hexdigest()[:32],
            "centerDataURL": f"{self.base_url}/data",
            "centerInfoDownloadURL": f"{self.base_url}/meters",
            "uploadTime": "02:00",
        }

    def _version(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        if str(asked.get("deviceId")) not in self.devices:
            return _NOT_HELD
        return {"responseCode": TAKEN, "regVersion": "1", "dicVersion": "1"}

    def _take(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        device, enterprise, rows = str(asked.get("deviceId")), str(asked.get("enterpriseCode")), asked.get("data")
        if self.devices.get(device) != enterprise:
            return _NOT_HELD
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            return {"responseCode": REFUSED, "responseMessage": "data"}
        for row in rows:
            key = (enterprise, str(row.get("dataCode")), int(row.get("statType", 0)), str(row.get("statDate")))
            before = self.values.get(key)
            if before is None or str(before["uploadDate"]) <= str(row.get("uploadDate")):
                self.values[key] = row
        self.received += len(rows)
        return {"responseCode": TAKEN, "responseMessage": "ok", "deviceId": device, "dataCount": len(rows)}

    def _meters(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        enterprise = self.devices.get(str(asked.get("deviceId")))
        if enterprise is None:
            return _NOT_HELD
        return {"responseCode": TAKEN, "data": list(self.registers.get(enterprise, ()))}
