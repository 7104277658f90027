"""Merkle trees: every size, leaf and proof up to 64 leaves, against a second reading of RFC 9162 and published roots."""

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from random import Random

import pytest

from registry.ledger.merkle import (
    EMPTY_ROOT,
    Node,
    Nodes,
    ProofError,
    complete_subtree,
    consistency_proof,
    inclusion_of_many,
    leaf_hash,
    node_hash,
    root,
    verify_consistency,
    verify_inclusion_of_many,
)

MOST = 64
LEAVES = [leaf_hash(bytes([number])) for number in range(MOST)]

# The leaves and roots that the reference implementation of Certificate Transparency tests with.
CT_LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def kept(leaves: Sequence[bytes]) -> Nodes:
    """The complete subtrees over leaves, each made when it is asked for."""

    def nodes(wanted: Sequence[Node]) -> list[bytes]:
        return [complete_subtree(leaves[index << level : (index + 1) << level]) for level, index in wanted]

    return nodes


def mth(leaves: Sequence[bytes]) -> bytes:
    """The root as RFC 9162, 2.1.1 defines it: by recursion over the leaves."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(mth(leaves[:split]), mth(leaves[split:]))


def path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """What proves one leaf, as RFC 9162, 2.1.3.1 defines it: by recursion over the leaves."""
    if len(leaves) == 1:
        return []
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if index < split:
        return [*path(index, leaves[:split]), mth(leaves[split:])]
    return [*path(index - split, leaves[split:]), mth(leaves[:split])]


TREE = kept(LEAVES)


def mutations(proof: list[bytes]) -> Iterator[list[bytes]]:
    """The proof with each byte changed, each step left out, doubled or swapped with the next, and with one more step."""
    for step, hashed in enumerate(proof):
        for place in range(len(hashed)):
            changed = hashed[:place] + bytes([hashed[place] ^ 1]) + hashed[place + 1 :]
            yield [*proof[:step], changed, *proof[step + 1 :]]
        yield [*proof[:step], *proof[step + 1 :]]
        yield [*proof[:step], hashed, *proof[step:]]
    for step, (one, other) in enumerate(pairwise(proof)):
        if one != other:
            yield [*proof[:step], other, one, *proof[step + 2 :]]
    yield [*proof, LEAVES[0]]


def test_the_published_roots_come_out() -> None:
    """A tree of our own invention would agree with itself and with no verifier in the world."""
    nodes = kept([leaf_hash(bytes.fromhex(data)) for data in CT_LEAVES])
    assert [root(size, nodes).hex() for size in range(1, len(CT_ROOTS) + 1)] == CT_ROOTS
    assert root(0, nodes).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_every_root_is_that_of_the_definition() -> None:
    """Complete subtrees put together wrongly would show up at sizes that are no power of two."""
    assert [root(size, TREE) for size in range(MOST + 1)] == [mth(LEAVES[:size]) for size in range(MOST + 1)]


@pytest.mark.parametrize("count", [0, 3, 6, 63])
def test_a_complete_subtree_has_a_power_of_two_of_leaves(count: int) -> None:
    """Anything else has more than one shape."""
    with pytest.raises(ProofError):
        complete_subtree(LEAVES[:count])


def test_any_leaves_of_any_tree_are_proved_together() -> None:
    """A bundle of many facts stands on one proof: every choice of leaves up to eight, and every size with random ones."""
    choices = [
        (size, chosen) for size in range(1, 9) for count in range(1, size + 1) for chosen in combinations(range(size), count)
    ]
    draw = Random(6)
    choices += [(size, tuple(sorted(draw.sample(range(size), draw.randint(1, size))))) for size in range(9, MOST + 1)]
    for size, chosen in choices:
        leaves = {index: LEAVES[index] for index in chosen}
        proof, expected = inclusion_of_many(chosen, size, TREE), mth(LEAVES[:size])
        verify_inclusion_of_many(leaves, size, proof, expected)
        assert len(proof) <= sum(len(path(index, LEAVES[:size])) for index in chosen)
        for changed in mutations(proof) if size in {5, 8, 21} else [[*proof, LEAVES[0]], proof[1:]][: 1 + bool(proof)]:
            with pytest.raises(ProofError):
                verify_inclusion_of_many(leaves, size, changed, expected)
        other = {**leaves, chosen[0]: LEAVES[chosen[0] - 1]}
        if size > 1:
            with pytest.raises(ProofError):
                verify_inclusion_of_many(other, size, proof, expected)


def test_every_leaf_of_every_tree_is_proved_as_rfc_9162_proves_it_and_every_change_is_found() -> None:
    """A proof that survives a change of one byte proves anything. The parts are the steps of its path, from left to right."""
    for size in range(1, MOST + 1):
        expected = mth(LEAVES[:size])
        for index in range(size):
            proof = inclusion_of_many([index], size, TREE)
            assert sorted(proof) == sorted(path(index, LEAVES[:size]))
            verify_inclusion_of_many({index: LEAVES[index]}, size, proof, expected)
            if size in {1, 2, 7, 8, 33, 64}:
                for changed in mutations(proof):
                    with pytest.raises(ProofError):
                        verify_inclusion_of_many({index: LEAVES[index]}, size, changed, expected)
            with pytest.raises(ProofError):
                verify_inclusion_of_many({index: LEAVES[index - 1]}, size, proof, LEAVES[index])
            if size > 1:
                with pytest.raises(ProofError):
                    verify_inclusion_of_many({(index + 1) % size: LEAVES[index]}, size, proof, expected)


@pytest.mark.parametrize(("indices", "size"), [([], 3), ([3], 3), ([-1], 3), ([0, 3], 3)])
def test_leaves_that_are_not_in_a_tree_are_not_proved_together(indices: list[int], size: int) -> None:
    """Nor is nothing: a proof of no leaf says nothing and looks like one."""
    with pytest.raises(ProofError):
        inclusion_of_many(indices, size, TREE)
    with pytest.raises(ProofError):
        verify_inclusion_of_many(dict.fromkeys(indices, LEAVES[0]), size, [], LEAVES[0])


def test_every_consistency_is_proved_and_every_change_of_a_proof_is_found() -> None:
    """Two trees of which one is not the beginning of the other are history rewritten."""
    for second in range(1, MOST + 1):
        for first in range(1, second + 1):
            proof = consistency_proof(first, second, TREE)
            old, new = mth(LEAVES[:first]), mth(LEAVES[:second])
            verify_consistency(first, second, proof, old, new)
            if second in {2, 7, 8, 33} and first < second:
                for changed in mutations(proof):
                    with pytest.raises(ProofError):
                        verify_consistency(first, second, changed, old, new)
            for wrong in ((LEAVES[5], new), (old, LEAVES[5])):
                if wrong != (old, new):
                    with pytest.raises(ProofError):
                        verify_consistency(first, second, proof, *wrong)


@pytest.mark.parametrize(("first", "second"), [(0, 0), (0, 4), (-1, 4), (5, 4)])
def test_an_empty_or_larger_tree_is_no_beginning(first: int, second: int) -> None:
    """Every tree is consistent with the empty one: such a proof would say nothing and look like one."""
    with pytest.raises(ProofError):
        consistency_proof(first, second, TREE)
    with pytest.raises(ProofError):
        verify_consistency(first, second, [], LEAVES[0], LEAVES[0])
