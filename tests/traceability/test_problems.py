"""Errors carry their place and their reason in two languages."""

import pytest

from traceability.problems import InputError, InvalidValueError, QuestionError, TraceabilityError, UnknownTargetError


def test_an_input_error_says_place_and_reason_in_both_languages() -> None:
    """Whoever gets only the text of the error does not learn where to look."""
    error = InputError("$.items[0].id", "empty", "不能为空")
    assert str(error) == "$.items[0].id: 不能为空 / empty"
    assert (error.path, error.en, error.zh) == ("$.items[0].id", "empty", "不能为空")


def test_an_input_error_is_moved_below_a_prefix() -> None:
    """The place of a record inside a larger document is wrong."""
    moved = InputError("$.items[0]", "empty", "不能为空").below("$.vectors[3].records")
    assert isinstance(moved, InputError)
    assert (moved.path, moved.en, moved.zh) == ("$.vectors[3].records.items[0]", "empty", "不能为空")
    assert InputError("$", "empty", "不能为空").below("$.vectors[3]").path == "$.vectors[3]"


@pytest.mark.parametrize("kind", [InputError, InvalidValueError, QuestionError, UnknownTargetError])
def test_every_error_is_one_of_the_package(kind: type[Exception]) -> None:
    """A border that catches TraceabilityError lets an error through."""
    assert issubclass(kind, TraceabilityError)


def test_an_unknown_target_is_named() -> None:
    """The error does not say which target is unknown."""
    error = UnknownTargetError("GHOST")
    assert error.target == "GHOST"
    assert "'GHOST'" in error.en
    assert "'GHOST'" in error.zh
    assert str(QuestionError("no", "否")) == "否 / no"
