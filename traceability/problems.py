"""What is wrong with an input, said in Chinese and English and with its place."""

from typing import Self


class TraceabilityError(Exception):
    """Every error that this package raises on purpose."""


class InvalidValueError(TraceabilityError, ValueError):
    """A value that the record format does not allow; the place is added by whoever knows it.

    A ValueError too, so that msgspec reports it together with the path of the field.
    """

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(f"{en} / {zh}")
        self.en = en
        self.zh = zh


class InputError(TraceabilityError):
    """An input that cannot be accepted: `path` is its place (JSONPath), `en` and `zh` say the reason."""

    def __init__(self, path: str, en: str, zh: str) -> None:
        super().__init__(f"{path}: {zh} / {en}")
        self.path = path
        self.en = en
        self.zh = zh

    def below(self, prefix: str) -> Self:
        """The same problem, with its path taken as relative to `prefix`."""
        return type(self)(prefix + self.path.removeprefix("$"), self.en, self.zh)


class QuestionError(TraceabilityError):
    """A question that has no verdict (SEMANTICS 3.8): the target is unknown, or the question does not fit it."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.en = en
        self.zh = zh


class UnknownTargetError(QuestionError):
    """The target is not among the records known at the instant asked for."""

    def __init__(self, target: str) -> None:
        super().__init__(f"no item or metering point {target!r} is known", f"没有已知的器具或计量点 {target!r}")
        self.target = target
