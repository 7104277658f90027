"""Bytes of a file or request as text, piece by piece."""

import codecs
from collections.abc import Iterable, Iterator

from traceability.problems import InputError


def decoded_chunks(chunks: Iterable[bytes]) -> Iterator[str]:
    """UTF-8 text in pieces, without a byte order mark; InputError when it is none."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    position = 0  # Bytes read before the piece at hand.
    for chunk in chunks:
        yield _decoded(decoder, chunk, position, is_last=False)
        position += len(chunk)
    yield _decoded(decoder, b"", position, is_last=True)


def _decoded(decoder: codecs.IncrementalDecoder, chunk: bytes, position: int, *, is_last: bool) -> str:
    held = len(decoder.getstate()[0])
    try:
        return decoder.decode(chunk, is_last)
    except UnicodeDecodeError as error:
        place = position - held + error.start
        raise InputError("$", f"not UTF-8 at byte {place}", f"第 {place} 字节不是 UTF-8") from error
