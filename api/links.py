"""Addresses of pages and resources. An id may hold any character, so it travels percent-encoded, slashes included."""

from urllib.parse import quote, urlencode

API = "/api/v1"


def page(target: str, **query: str | None) -> str:
    """The page of an item or metering point: what a label points to (DESIGN.md: `{base}/i/{code}`)."""
    return _with_query(f"/i/{quote(target, safe='')}", query)


def scan(code: str, **query: str | None) -> str:
    """What everybody may know of a scanned label, as JSON."""
    return _with_query(f"{page(code)}/verdict", query)


def photo(code: str, sha256: str, size: str | None = None) -> str:
    """A photo of the item behind a label; its digest lets browsers keep it."""
    return _with_query(f"{page(code)}/photo", {"size": size, "v": sha256[:12]})


def mismatch(code: str) -> str:
    """Where somebody tells that the nameplate says another serial number."""
    return f"{page(code)}/mismatch"


def inside(collection: str, record_id: str, *parts: str, **query: str | None) -> str:
    """A page for those who are known, about a record: `/items/{id}/history`, `/certificates/{id}/withdraw` and so on."""
    return _with_query("/" + "/".join([collection, quote(record_id, safe=""), *parts]), query)


def api_list(collection: str, **query: str | None) -> str:
    """A list as a resource, with its filters."""
    return _with_query(f"{API}/{collection}", query)


def item(target: str) -> str:
    """The item or metering point as a resource."""
    return f"{API}/items/{quote(target, safe='')}"


def verdict(target: str, **query: str | None) -> str:
    """The verdict on a target."""
    return _with_query(f"{item(target)}/verdict", query)


def chain(target: str, **query: str | None) -> str:
    """The chain of a target as SVG."""
    return _with_query(f"{item(target)}/chain.svg", query)


def accounting(**query: str | None) -> str:
    """The page of an accounting period."""
    return _with_query("/accounting", query)


def proof(target: str, **query: str | None) -> str:
    """The proof bundle of a target."""
    return _with_query(f"{item(target)}/proof", query)


def records(resource: str) -> list[tuple[str, str]]:
    """The addresses of the records of an item or certificate, given as a resource, by the name of the form."""
    named = {"jsonld": "JSON-LD", "csv": "CSV.zip", "parquet": "Parquet"}
    return [(name, _with_query(f"{resource}/records", {"format": form})) for form, name in named.items()]


def qr(target: str) -> str:
    """The QR image of a target's page."""
    return f"{item(target)}/qr.svg"


def labels(**query: str | None) -> str:
    """The page of labels; with ids and a format, the file to print."""
    return _with_query("/labels", query)


def certificate(id_: str) -> str:
    """A certificate as a resource."""
    return f"{API}/certificates/{quote(id_, safe='')}"


def import_(id_: str) -> str:
    """An import as a resource."""
    return f"{API}/imports/{quote(id_, safe='')}"


def fleet_run(id_: str) -> str:
    """A run over everything as a resource."""
    return f"{API}/fleet/runs/{quote(id_, safe='')}"


def import_page(id_: str, **query: str | None) -> str:
    """The page of an import."""
    return _with_query(f"/imports/{quote(id_, safe='')}", query)


def quoted(text: str) -> str:
    """A text as a part of an address or header."""
    return quote(text, safe="")


def label(base_url: str, target: str) -> str:
    """The absolute address that a QR image holds."""
    return base_url.rstrip("/") + page(target)


def record(collection: str, record_id: str) -> str:
    """A record as a resource of a collection: `certificates`, `organizations`, `metering-points` and so on."""
    return f"{API}/{collection}/{quote(record_id, safe='')}"


def person(person_id: str) -> str:
    """The page of a person, for administrators."""
    return f"/people/{quote(person_id, safe='')}"


def clients(organization: str) -> str:
    """The page of an organization's clients."""
    return _with_query("/clients", {"organization": organization})


def sign_in(to: str, lang: str | None = None) -> str:
    """The page of signing in, from which it goes on to an address of ours."""
    return _with_query("/sign-in", {"next": to, "lang": lang})


def take_charge(base_url: str, token: str) -> str:
    """The absolute address at which somebody takes charge by a one-time token."""
    return base_url.rstrip("/") + _with_query("/take-charge", {"token": token})


def set_password(base_url: str, token: str) -> str:
    """The absolute address at which a person sets a password by a one-time token."""
    return base_url.rstrip("/") + _with_query("/set-password", {"token": token})


def _with_query(path: str, query: dict[str, str | None]) -> str:
    given = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(given)}" if given else path
