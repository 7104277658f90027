"""The first page of those who are known: how things stand, what waits, what is due, what was recorded last."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from api.asking import asked
from api.context import Given, Speaking
from api.pages.forms import page
from api.pages.rows import row_of
from api.render import words
from api.render.contradictions import contradiction_sentence, saying_of
from api.render.happenings import counts_words
from api.render.names import names_in
from api.render.who import who_among
from api.routes.due import warning_days_of
from api.security import Reading
from registry.usecases.contradictions import Contradiction
from registry.usecases.overview import MOST_DUE, due_counts, overview_of
from registry.usecases.recording import Asked
from traceability.verdict import Severity, Status

router = APIRouter(include_in_schema=False)

_ROWS = 6  # Items that are named, of those whose verdict is not good.


@router.get("/overview")
def show_overview(context: Given, language: Speaking, request: Request, party: Reading) -> HTMLResponse:
    """What somebody looks at in the morning."""
    asking = asked(now=context.clock())
    found = overview_of(context.store, party, at=asking.known_at, asked=Asked(policy=asking.policy, as_of=asking.as_of))
    with context.store.reading() as work:
        warning_days = warning_days_of(work, party)
        due = due_counts(work, party, asking.as_of, asking.known_at, warning_days)
    with context.store.reading() as work:
        who = who_among(work, (line.recorded_by for line in found.recordings))
    names = names_in(found.records, language, asking.known_at)
    flags = [
        {
            "title": saying_of(flag.code).title.in_(language),
            "sentence": contradiction_sentence(
                Contradiction(
                    code=flag.code, severity=Severity(flag.severity), path=flag.path, subject=flag.subject, facts=flag.facts
                ),
                names,
            ),
            "severity": flag.severity,
            "severity_words": words.SEVERITIES[Severity(flag.severity)].in_(language),
            "section": flag.section,
            "id": flag.id,
        }
        for flag in found.flags
    ]
    values: dict[str, object] = {
        "found": found,
        "counts": [(status, words.STATUSES[status], count) for status, count in found.counts.items()],
        "rows": [row_of(verdict, names) for verdict in found.verdicts if verdict.status is not Status.TRACEABLE][:_ROWS],
        "due": due,
        "most_due": MOST_DUE,
        "due_looks": [(name, words.window_look(name, min(warning_days, default=0)), count) for name, count in due.windows],
        "recordings": [(line, counts_words(line.new, language)) for line in found.recordings],
        "who": who,
        "flags": flags,
        "party": party,
    }
    return page("overview.html", language, request, values)
