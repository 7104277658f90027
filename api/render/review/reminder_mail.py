"""A reminder of deadlines of reviews in words, as text and as HTML, in the organization's language."""

from api import links
from api.language import Language, text
from api.render.review.case_words import awaited_in
from api.templating import rendered_alone
from registry.notices.mailing import Mail
from registry.notices.reminding import OVERDUE
from registry.notices.reminding_reviews import Awaited, ComposeReviews, ReviewDigest


def composing_reviews(base_url: str) -> ComposeReviews:
    """The way to put reminders of reviews of this registry into words."""
    return lambda digest: review_mail(digest, base_url)


def review_mail(digest: ReviewDigest, base_url: str) -> Mail:
    """The mail about deadlines of one organization."""
    language = Language(digest.language)
    heading = text(language, "{count} 项审查期限临近或已过", count=len(digest.deadlines))
    rows = [_row(each, language, base_url) for each in digest.deadlines]
    values = {"heading": heading, "rows": rows, "organization": digest.organization}
    return Mail(
        subject=text(language, "[计量溯源登记] {heading}", heading=heading),
        text=rendered_alone("review_reminder.txt", language, **values),
        html=rendered_alone("review_reminder.html", language, **values),
        language=language.tag,
    )


def _row(each: Awaited, language: Language, base_url: str) -> dict[str, object]:
    return {
        "due_on": str(each.due_on),
        "name": f"{each.name or each.unit} · {each.year}",
        "what": awaited_in(each.stage, each.actor, language),
        "is_overdue": each.window == OVERDUE,
        "address": f"{base_url.rstrip('/')}{links.inside('review-cases', each.case)}",
    }
