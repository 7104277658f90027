"""Merkle trees as in RFC 9162, section 2: hashes, roots, inclusion and consistency proofs, and their verification.

Hashes are SHA-256, 32 bytes. The tree of n leaves is kept as its complete subtrees: node (level, index) covers the leaves from
index * 2^level on, 2^level of them. A tree only grows, so a complete subtree never changes; what is asked of a tree of any size
is put together from them, and a proof needs some log2(n) of them.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from registry.errors import RegistryError

HASH_LENGTH = 32  # Bytes of a SHA-256.
EMPTY_ROOT = hashlib.sha256().digest()  # RFC 9162, 2.1.1: the hash of an empty list.

Node = tuple[int, int]  # Level and index of a complete subtree; leaves are on level 0.
Nodes = Callable[[Sequence[Node]], Sequence[bytes]]  # The hashes of complete subtrees, from wherever they are kept.


class ProofError(RegistryError):
    """A proof that proves nothing, or a question that no tree can answer."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def complete_subtree(hashes: Sequence[bytes]) -> bytes:
    """The hash of a complete subtree over 2^k hashes that stand side by side on one level."""
    if not hashes or len(hashes) & (len(hashes) - 1):
        raise ProofError(f"{len(hashes)} hashes make no complete subtree", f"{len(hashes)} 个散列值不成完整子树")
    while len(hashes) > 1:
        hashes = [node_hash(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


def root(size: int, nodes: Nodes) -> bytes:
    """The hash of the tree of the first `size` leaves."""
    return _combined(_hashes(0, size, nodes)) if size else EMPTY_ROOT


def inclusion_of_many(indices: Iterable[int], size: int, nodes: Nodes) -> list[bytes]:
    """What it takes besides these leaves to come to the root: the hashes of all parts without any of them, from left to right.

    The parts are those of RFC 9162, 2.1.1, each as large as can be; so many leaves share what their paths have in common.
    """
    wanted = sorted(set(indices))
    if not wanted or not 0 <= wanted[0] <= wanted[-1] < size:
        raise ProofError(f"not all of the leaves are in a tree of {size} leaves", f"{size} 叶的树中没有其中某些叶")
    return [_combined(_hashes(*part, nodes)) for part in _parts_without(wanted, 0, size)]


def consistency_proof(first: int, second: int, nodes: Nodes) -> list[bytes]:
    """The proof that the tree of `first` leaves is the beginning of that of `second` leaves (RFC 9162, 2.1.4.1)."""
    if not 0 < first <= second:
        raise ProofError(
            f"a tree of {first} leaves is no beginning of one of {second}", f"{first} 叶的树不是 {second} 叶的树的开头"
        )
    start, end, is_whole, path = 0, second, True, []
    while first < end:
        middle = start + _split(end - start)
        if first <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start, is_whole = middle, False
    if not is_whole:
        path.append((start, end))
    return [_combined(_hashes(*part, nodes)) for part in reversed(path)]


def verify_inclusion_of_many(leaves: Mapping[int, bytes], size: int, proof: Sequence[bytes], expected_root: bytes) -> None:
    """ProofError unless the proof shows all the leaf hashes, by index, in the tree with the root."""
    wanted = sorted(leaves)
    if not wanted or not 0 <= wanted[0] <= wanted[-1] < size:
        raise ProofError(f"not all of the leaves are in a tree of {size} leaves", f"{size} 叶的树中没有其中某些叶")
    steps = iter(proof)
    hashed = _combined_part(leaves, wanted, 0, size, steps)
    if next(steps, None) is not None:
        raise ProofError("the proof is too long", "证明过长")
    if hashed != expected_root:
        raise ProofError("the proof leads to another root", "证明得到的根不同")


def verify_consistency(first: int, second: int, proof: Sequence[bytes], first_root: bytes, second_root: bytes) -> None:
    """ProofError unless the proof shows that the first tree is the beginning of the second (RFC 9162, 2.1.4.2)."""
    if not 0 < first <= second:
        raise ProofError(
            f"a tree of {first} leaves is no beginning of one of {second}", f"{first} 叶的树不是 {second} 叶的树的开头"
        )
    is_whole = first & (first - 1) == 0  # Then the first tree is itself a node of the second, and the proof leaves it out.
    shared, *steps = [first_root, *proof] if is_whole or first == second else proof or [b""]
    position, last = (first - 1, second - 1) if first < second else (0, 0)
    while position % 2:
        position, last = position // 2, last // 2
    old = new = shared
    for step, is_left in _climbed(position, last, steps):
        old = node_hash(step, old) if is_left else old
        new = node_hash(step, new) if is_left else node_hash(new, step)
    if old != first_root:
        raise ProofError("the proof leads to another root of the first tree", "证明得到的前一棵树的根不同")
    if new != second_root:
        raise ProofError("the proof leads to another root of the second tree", "证明得到的后一棵树的根不同")


def _parts_without(wanted: Sequence[int], start: int, end: int) -> Iterator[tuple[int, int]]:
    """The largest parts of a part of the tree that hold none of the leaves, from left to right."""
    if not wanted:
        yield start, end
    elif end - start > 1:
        middle = start + _split(end - start)
        cut = bisect_left(wanted, middle)
        yield from _parts_without(wanted[:cut], start, middle)
        yield from _parts_without(wanted[cut:], middle, end)


def _combined_part(leaves: Mapping[int, bytes], wanted: Sequence[int], start: int, end: int, steps: Iterator[bytes]) -> bytes:
    """The hash of a part of the tree, of the leaves in it and the next steps of a proof."""
    if not wanted:
        step = next(steps, None)
        if step is None:
            raise ProofError("the proof is too short", "证明过短")
        return step
    if end - start == 1:
        return leaves[start]
    middle = start + _split(end - start)
    cut = bisect_left(wanted, middle)
    left = _combined_part(leaves, wanted[:cut], start, middle, steps)
    return node_hash(left, _combined_part(leaves, wanted[cut:], middle, end, steps))


def _climbed(position: int, last: int, proof: Sequence[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The steps from a node to the root, each with whether it stands on the left; `last` is the last node of its level."""
    for step in proof:
        if last == 0:
            raise ProofError("the proof is too long", "证明过长")
        is_left = bool(position % 2) or position == last
        yield step, is_left
        while is_left and not position % 2 and position:
            position, last = position // 2, last // 2
        position, last = position // 2, last // 2
    if last:
        raise ProofError("the proof is too short", "证明过短")


def _split(size: int) -> int:
    """The largest power of two below a size of at least two: where a tree is divided (RFC 9162, 2.1.1)."""
    return 1 << ((size - 1).bit_length() - 1)


def _peaks(start: int, end: int) -> list[Node]:
    """The complete subtrees that make up the leaves from `start` to before `end`, from left to right, largest first."""
    peaks: list[Node] = []
    while start < end:
        level = (end - start).bit_length() - 1
        peaks.append((level, start >> level))
        start += 1 << level
    return peaks


def _hashes(start: int, end: int, nodes: Nodes) -> Sequence[bytes]:
    return nodes(_peaks(start, end))


def _combined(hashes: Iterable[bytes]) -> bytes:
    """The hash over complete subtrees that stand side by side, largest first."""
    *before, combined = hashes
    for each in reversed(before):
        combined = node_hash(each, combined)
    return combined
