"""What can be wrong with a label or with what somebody typed or scanned."""

from registry.errors import RegistryError


class LabelError(RegistryError):
    """A label that cannot be made or is not what it should be."""


class UnreadableCodeError(LabelError):
    """What was typed or scanned is none of the forms that the registry reads."""


class MistypedCodeError(UnreadableCodeError):
    """A code of the right form whose check symbol does not agree: a misreading or a guess, never a label of ours."""


class UnknownLabelError(LabelError):
    """A well-formed code that is not on record."""


class SigningKeyError(LabelError):
    """The private key for stickers is missing or not usable."""
