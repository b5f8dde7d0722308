"""The fastest plain NumPy for one task: what the sampling kernel is measured against.

Task: uniform weights, weighted mean in float32, rank acceptability and central weights of a few
alternatives. No ties, no margin for rounding, no errors, no pairs, no other law, rule or size, no
blocks, no second process: everything that makes a result trustworthy is left out. Nothing here is
used by ioscore.

`python benchmarks/floor.py [DRAWS]` prints its seconds on a 5 x 7 matrix.
"""

from __future__ import annotations

import sys
import time

import numpy as np

SLICE = 12288


def floor(utilities: np.ndarray, draws: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return rank acceptability (n, n) and central weights (n, m), in slices that stay in cache."""
    n, m = utilities.shape
    bits = np.random.SFC64(seed)
    single = utilities.astype(np.float32)
    shares, first = np.zeros((n, n)), np.zeros((n, m))
    scores = np.empty((n, SLICE), dtype=np.float32)
    total = np.empty(SLICE, dtype=np.float32)
    flags = np.empty((n, n, SLICE), dtype=bool)
    ranks, leads = np.empty((n, SLICE), dtype=np.int8), np.empty((n, SLICE), dtype=np.float32)
    places = np.arange(n, dtype=np.int8)
    for _ in range(-(-draws // SLICE)):
        # 23 random bits behind the point of a number in [1, 2): less one, a uniform number.
        words = bits.random_raw(m * SLICE // 2).view(np.uint32).reshape(m, SLICE)
        words >>= 9
        words |= 0x3F800000
        drawn = words.view(np.float32)
        drawn -= np.float32(1 - 2**-24)
        np.log(drawn, out=drawn)  # exponential, but for the sign
        np.add.reduce(drawn, axis=0, out=total)
        np.matmul(single, drawn, out=scores)  # the sign turns the order round
        np.less(scores[:, None], scores, out=flags)
        np.add.reduce(flags.view(np.int8), axis=0, out=ranks)
        np.equal(ranks, places[:, None, None], out=flags)  # (rank, alternative, draw)
        shares += np.bitwise_count(np.packbits(flags, axis=-1).view(np.uint64)).sum(axis=-1)
        np.reciprocal(total, out=total)
        np.multiply(flags[0], total, out=leads)
        first += np.vecdot(leads[:, None], drawn)
    return shares.T / shares.sum(axis=0)[:, None], first / shares[0][:, None]


if __name__ == "__main__":
    made_up = np.random.default_rng(0).random((5, 7))
    for _ in range(5):
        start = time.process_time()
        floor(made_up, int(sys.argv[1]) if len(sys.argv) > 1 else 10**6, 0)
        print(f"{time.process_time() - start:.4f} s of processor time")
