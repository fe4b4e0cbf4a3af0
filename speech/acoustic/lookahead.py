"""OpenFst's olabel_lookahead form: a transducer beside which lies, for each state, which words it can still become.

Composition with a grammar then follows only what the grammar allows, and takes the grammar's costs into account before
a word is known. OpenFst writes this form with a program; Python's wheels of it lack the type, so it is written here
(openfst: add-on.h, matcher-fst.h, label-reachable.h, interval-set.h). The labels are not renumbered: the nearer to each
other the numbers of words that begin alike, the fewer intervals.
"""

import struct
from collections.abc import Iterable
from itertools import pairwise

import pywrapfst as openfst

FST_MAGIC = 2125659606
ADD_ON_MAGIC = 446681434
VERSION = 1
TYPE = "olabel_lookahead"


def with_lookahead(fst: openfst.VectorFst, words: int) -> bytes:
    """The file of a transducer whose output labels are 1 … words, each reachable from its start."""
    fst.arcsort("olabel")
    plain = openfst.convert(fst, "const")
    end = words + 1
    ahead = _ahead(fst, end)
    lists = {mask: _intervals(mask) for mask in set(ahead)}
    add_on = struct.pack("<???", False, True, False) + struct.pack("<?", False) + struct.pack("<i", end)
    add_on += struct.pack("<q", len(ahead)) + b"".join(lists[mask] for mask in ahead)
    return _header(fst) + struct.pack("<i", ADD_ON_MAGIC) + plain.write_to_string() + struct.pack("<?", True) + add_on


def _header(fst: openfst.VectorFst) -> bytes:
    names = b"".join(struct.pack("<i", len(name)) + name.encode() for name in (TYPE, "standard"))
    counts = struct.pack("<qqq", fst.start(), fst.num_states(), sum(fst.num_arcs(s) for s in fst.states()))
    return struct.pack("<i", FST_MAGIC) + names + struct.pack("<iiQ", VERSION, 0, 0) + counts


def _ahead(fst: openfst.VectorFst, end: int) -> list[int]:
    """For each state the next words as bits 1 … end - 1; bit `end`: the end can come without another word."""
    own = [0] * fst.num_states()
    following: list[list[int]] = [[] for _ in own]
    for state in fst.states():
        if fst.final(state) != openfst.Weight.zero("tropical"):
            own[state] |= 1 << end
        for arc in fst.arcs(state):
            if arc.olabel:
                own[state] |= 1 << arc.olabel
            elif arc.nextstate != state:
                following[state].append(arc.nextstate)
    changed = True
    while changed:
        changed = False
        for state in reversed(range(len(own))):
            mask = own[state]
            for target in following[state]:
                mask |= own[target]
            changed = changed or mask != own[state]
            own[state] = mask
    return own


def _intervals(mask: int) -> bytes:
    """An IntervalSet: its half-open intervals in order, and how many labels lie in them."""
    bits = bin(mask)[:1:-1]
    edges = [k for k, (before, bit) in enumerate(pairwise(f"0{bits}0")) if before != bit]
    return _pairs(zip(edges[::2], edges[1::2], strict=True)) + struct.pack("<i", mask.bit_count())


def _pairs(intervals: Iterable[tuple[int, int]]) -> bytes:
    packed = [struct.pack("<ii", *interval) for interval in intervals]
    return struct.pack("<q", len(packed)) + b"".join(packed)
