#!/usr/bin/python3
"""Prove the index arithmetic of kernel/mm/buddy.c, for all frames and all orders.

The formulas are read from what clang makes of the C functions (bitvec.py), so that they cannot
differ from the code. `tools/prove buddy_index` runs this; exit status 1 when something is not so.

usage: buddy_index.py [ROOT]     ROOT: the tree to prove, the project's by default
"""

import sys
from pathlib import Path

import z3

from bitvec import functions

HERE = Path(__file__).resolve().parent
ROOT = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent.parent
MAX_ORDER = 18
PFN_BITS = 40  # frame numbers: physical addresses have at most 52 bits

C = functions("tests/proofs/buddy_index.c", ROOT)

pfn, other, end = z3.BitVecs("pfn other end", 64)
order, more = z3.BitVecs("order more", 64)
one = z3.BitVecVal(1, 64)

results = []


def is_frame(number):
    """Whether a frame of that number can be."""
    return z3.ULT(number, one << PFN_BITS)


def size(log):
    """Frames of a block."""
    return one << log


def aligned(number, log):
    """Whether a block of that order may begin there."""
    return number & (size(log) - 1) == 0


def inside(number, head, log):
    """Whether a frame is in the block at `head`."""
    return z3.And(z3.ULE(head, number), z3.ULT(number, head + size(log)))


def prove(what, given, then, *used):
    """`then` holds wherever `given` does, and the functions `used` last are defined there."""
    solver = z3.Solver()
    solver.set("timeout", 60000)
    defined = [condition for function in used for condition in C[function].defined]
    solver.add(z3.And(given), z3.Not(z3.And(then, *defined)))
    answer = solver.check()
    results.append(answer == z3.unsat)
    print(f"{'proved' if results[-1] else 'NOT PROVED'}: {what}")
    if answer == z3.sat:
        print(f"    counterexample: {solver.model()}")


BLOCK = [is_frame(pfn), z3.ULE(order, MAX_ORDER), aligned(pfn, order)]
HALF = [is_frame(pfn), z3.ULT(order, MAX_ORDER), aligned(pfn, order)]


def addresses():
    """Between frame numbers and entries of the frame table."""
    prove(
        "an entry's frame is the frame whose entry it is",
        [is_frame(pfn)],
        C["number"](pfn) == pfn,
        "number",
    )
    prove(
        "entries of different frames have different addresses",
        [is_frame(pfn), is_frame(other), pfn != other],
        C["address"](pfn) != C["address"](other),
    )
    prove(
        "a list link holds any frame but 0",
        [is_frame(pfn), pfn != 0],
        z3.And(C["next"](pfn) == pfn, C["prev"](pfn) == pfn),
    )
    prove(
        "the record of who freed a block holds any address of the top 2 GiB",
        [z3.UGE(pfn, z3.BitVecVal(-(1 << 31), 64))],
        C["blamed"](pfn) == pfn,
    )
    prove(
        "the comparison with the recent range is the one of frame numbers",
        [is_frame(pfn), is_frame(other), is_frame(end), z3.ULT(other, end)],
        (C["recent"](pfn, other, end) == 1) == z3.And(z3.ULE(other, pfn), z3.ULT(pfn, end)),
    )


def buddies():
    """Two buddies and what they make."""
    mate = C["buddy"](pfn, order)
    prove(
        "a block's buddy is aligned as the block is",
        HALF,
        z3.And(is_frame(mate), aligned(mate, order)),
        "buddy",
    )
    prove("the buddy of the buddy is the block", HALF, C["buddy"](mate, order) == pfn)
    prove(
        "a block and its buddy have no frame in common",
        HALF,
        z3.Not(z3.And(inside(other, pfn, order), inside(other, mate, order))),
    )
    parent = C["parent"](pfn, order)
    prove("both halves have the same parent", HALF, C["parent"](mate, order) == parent)
    prove(
        "a parent is aligned to its own size",
        HALF,
        z3.And(is_frame(parent), aligned(parent, order + 1)),
        "parent",
    )
    prove(
        "a parent is its two halves and nothing else",
        HALF,
        inside(other, parent, order + 1)
        == z3.Or(inside(other, pfn, order), inside(other, mate, order)),
    )
    prove(
        "no other block of that order than its buddy makes that parent",
        [
            *HALF,
            is_frame(other),
            aligned(other, order),
            other != pfn,
            C["parent"](other, order) == parent,
        ],
        other == mate,
    )


def containment():
    """The block of an order that holds a frame; merging and splitting over many orders."""
    head = C["start"](pfn, order)
    prove(
        "the block that holds a frame is aligned and holds it",
        [is_frame(pfn), z3.ULE(order, MAX_ORDER)],
        z3.And(aligned(head, order), inside(pfn, head, order)),
        "start",
    )
    prove(
        "it is the only one",
        [
            is_frame(pfn),
            is_frame(other),
            z3.ULE(order, MAX_ORDER),
            aligned(other, order),
            inside(pfn, other, order),
        ],
        other == head,
    )
    prove(
        "the parent is the block of the next order that holds a block",
        HALF,
        C["parent"](pfn, order) == C["start"](pfn, order + 1),
    )
    up = C["parent"](C["start"](pfn, order), order)
    prove(
        "merging from any order reaches the block that holds the frame: one step of the induction",
        [is_frame(pfn), z3.ULT(order, MAX_ORDER)],
        up == C["start"](pfn, order + 1),
    )
    whole = [is_frame(pfn), z3.ULT(order, MAX_ORDER), aligned(pfn, order + 1)]
    upper = C["upper"](pfn, order)
    prove(
        "the upper half of a block is the lower one's buddy",
        whole,
        upper == C["buddy"](pfn, order),
        "upper",
    )
    prove(
        "what a split leaves merges to what was split",
        whole,
        C["parent"](upper, order) == pfn,
    )
    prove(
        "halves split off at different orders have no frame in common",
        [is_frame(pfn), z3.ULT(order, more), z3.ULT(more, MAX_ORDER), aligned(pfn, more + 1)],
        z3.Not(z3.And(inside(other, upper, order), inside(other, C["upper"](pfn, more), more))),
    )


def seeds():
    """How RAM that comes online is cut into blocks."""
    seed = z3.ZeroExt(32, C["seed"](pfn, end))
    ram = [is_frame(pfn), z3.ULE(end, one << PFN_BITS), pfn != 0, z3.ULT(pfn, end)]
    prove(
        "a seed is an order, aligned, and ends inside",
        ram,
        z3.And(z3.ULE(seed, MAX_ORDER), aligned(pfn, seed), z3.ULE(pfn + size(seed), end)),
        "seed",
    )
    prove(
        "no larger seed could begin there",
        [*ram, z3.ULT(seed, order), z3.ULE(order, MAX_ORDER)],
        z3.Or(z3.Not(aligned(pfn, order)), z3.UGT(pfn + size(order), end)),
    )


addresses()
buddies()
containment()
seeds()
print(f"{sum(results)} proved, {len(results) - sum(results)} not")
sys.exit(0 if all(results) else 1)
