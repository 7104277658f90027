"""What every route that records shares: the request as it was sent, once under a key; the outcome as it is told."""

import hashlib
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

import msgspec
from fastapi import Depends, Header, Query, Request, Response

from api import failures
from api.asking import asked
from api.context import Context, Given, Speaking
from api.etags import BETWEEN
from api.failures import RefusedError
from api.language import Bilingual, Language
from api.render.names import names_among
from api.schemas.recording import recording_answer
from registry.access import Party
from registry.spelling import storable
from registry.unit_of_work import Store
from registry.usecases.recording import Asked, Once, Order, Outcome, Repeated, Standing, record
from registry.version_tags import version_tag
from traceability.json_text import dump

JSON = "application/json"
_STATUSES = {Standing.WAITING: 202, Standing.DRY_RUN: 200}


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as it is kept under a key."""

    status: int
    headers: dict[str, str]
    body: str

    def response(self, *, is_repeated: bool = False) -> Response:
        """The answer; one that was given before says so."""
        again = {"idempotency-replayed": "true"} if is_repeated else {}
        return Response(self.body, self.status, {**self.headers, **again}, JSON)


class Sent(NamedTuple):
    """The body of a request, its key if it has one, and a digest of all it says."""

    body: bytes
    key: str | None
    sha256: str


def sent_as(*media_types: str) -> Any:
    """The dependency that reads a body of one of the media types, which no other site can make a browser send unasked."""

    async def read(
        request: Request,
        idempotency_key: Annotated[
            str | None,
            Header(
                max_length=255,
                description="The same request with the same key is done once, and answered alike.",
                examples=["8e03978e-40d5-43e8-bc93-6894a57f9324"],
            ),
        ] = None,
    ) -> Sent:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in media_types:
            accepted = ", ".join(sorted(media_types))
            raise RefusedError(failures.MEDIA_TYPE, Bilingual(f"应为 {accepted}", f"{accepted} expected"))
        body = await request.body()
        key = storable(idempotency_key) if idempotency_key else None
        return Sent(body, key, _digest(request, body) if key else "")

    return Depends(read)


def _digest(request: Request, body: bytes) -> str:
    digest = hashlib.sha256()
    for part in (request.method, request.url.path, request.url.query, request.headers.get("if-match", "")):
        digest.update(f"{len(part)} {part}\n".encode())
    digest.update(body)
    return digest.hexdigest()


class Telling:
    """Records what a route makes of a request, and tells the outcome."""

    def __init__(self, context: Context, language: Language, question: Asked, sent: Sent, *, is_dry_run: bool) -> None:
        self.at = context.clock()
        self.sent = sent
        self.store: Store = context.store
        self.language = language
        self.asked = question
        self.is_dry_run = is_dry_run

    def record(self, party: Party, order: Order, location: str | None = None, status: int = 201) -> Response:
        """Record an order; `location` is the address of what is recorded, told with the tag of its version."""

        def tell(outcome: Outcome) -> Told:
            answer = recording_answer(outcome, names_among(outcome.records, outcome.known, self.language))
            return self.told(answer, self.status_of(outcome, status), _headers(outcome, location))

        return self.respond(self.recorded(party, order, tell), tell)

    def recorded(self, party: Party, order: Order, tell: Callable[[Any], Told]) -> Outcome | Repeated:
        """What recording an order comes to, done once where the request has a key."""
        return record(self.store, order, party=party, at=self.at, asked=self.asked, once=self.once(tell))

    def status_of(self, outcome: Outcome, status: int = 201) -> int:
        """The HTTP status of an outcome; `status` where something is on record now."""
        return _STATUSES.get(outcome.standing, status)

    def once(self, tell: Callable[[Any], Told]) -> Once | None:
        """How the request is done once, where it has a key; a dry run is done as often as it is asked."""
        if self.sent.key is None or self.is_dry_run:
            return None
        return Once(
            key=self.sent.key,
            request_sha256=self.sent.sha256,
            tell=lambda outcome: msgspec.json.encode(tell(outcome)).decode(),
        )

    def told(self, answer: object, status: int, headers: dict[str, str] | None = None) -> Told:
        """An answer in the language of the request."""
        said = {"content-language": self.language.tag, "vary": "Accept-Language", **(headers or {})}
        return Told(status=status, headers=said, body=dump(answer).decode())

    def respond(self, outcome: Any, tell: Callable[[Any], Told]) -> Response:
        """The response to what a use case came to, be it done now or told before."""
        if isinstance(outcome, Repeated):
            return msgspec.json.decode(outcome.answer, type=Told).response(is_repeated=True)
        return tell(outcome).response()


def _headers(outcome: Outcome, location: str | None) -> dict[str, str]:
    if location is None or outcome.standing not in {Standing.RECORDED, Standing.SAME}:
        return {}
    (judged,) = outcome.judged
    return {"location": location, "etag": f'"{version_tag(judged.entry.record)}"'}


def telling_of(*media_types: str) -> Any:
    """The dependency that reads a request whose body is of one of the media types."""

    async def telling(
        context: Given,
        language: Speaking,
        sent: Annotated[Sent, sent_as(*media_types)],
        dry_run: Annotated[bool, Query(description="Answer everything, write nothing.")] = False,  # noqa: FBT002
        as_of: Annotated[
            str | None, Query(description="Day of the verdicts; today when left out.", examples=["2026-03-03"])
        ] = None,
        policy: Annotated[
            str | None, Query(description="Policy of the verdicts and checks; see /policies.", examples=["cn-legal/1"])
        ] = None,
    ) -> Telling:
        question = asked(now=context.clock(), as_of=as_of, policy=policy)
        wanted = Asked(policy=question.policy, as_of=question.as_of)
        return Telling(context, language, wanted, sent, is_dry_run=dry_run)

    return Depends(telling)


Recording = Annotated[Telling, telling_of(JSON)]

_IF_MATCH = Header(description="The ETag of the version that is to change, or *.", examples=['"0123456789abcdef"'])


async def _seen(if_match: Annotated[str | None, _IF_MATCH] = None) -> frozenset[str] | None:
    """The tags of the versions that the sender saw; None for any. RefusedError (428) where nothing is said."""
    if if_match is None or not if_match.strip():
        raise RefusedError(
            failures.PRECONDITION, Bilingual("请在 If-Match 中给出所见版本的 ETag", "name the version that you saw in If-Match")
        )
    if if_match.strip() == "*":
        return None
    tags = (tag.strip() for tag in if_match.split(","))
    # A weak tag never matches here (RFC 9110, 13.1.1); of others the part counts that is the version's (api.etags).
    return frozenset(tag[1:-1].partition(BETWEEN)[0] for tag in tags if len(tag) > 1 and tag[0] == tag[-1] == '"')


Seen = Annotated[frozenset[str] | None, Depends(_seen)]
