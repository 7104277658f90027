"""Answers about the service itself: policies, health, readiness."""

import msgspec

from traceability.policy import Policy


class PolicyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A policy with its title in the language of the answer."""

    title: str
    is_default: bool
    policy: Policy


class PolicyList(msgspec.Struct, frozen=True, kw_only=True):
    """The policies of the registry's operator."""

    policies: tuple[PolicyAnswer, ...]


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The process answers."""

    status: str


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """The database answers and its schema, `revision`, is that of this release."""

    status: str
    revision: str
