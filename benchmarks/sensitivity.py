"""How fast sensitivity is beside other programs and beside the floor: ratios of one run.

`python benchmarks/sensitivity.py [--full] [--plot FOLDER]`, pinned to one thread. What is compared
takes turns in one process, and each figure is the least processor time of its turns, which a
shared machine disturbs least. `--full` adds the memory at 10^8 draws, `--plot` the time against
draws (see `scaling.py`). The programs compared with are in `peers.txt`.
"""

from __future__ import annotations

import os

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import argparse
import json
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import peers
import scaling
from floor import floor

from ioscore.ranking.decision import Method
from ioscore.ranking.means import arithmetic_mean, complete
from ioscore.ranking.promethee2 import net_flows, promethee2
from ioscore.ranking.topsis import topsis
from ioscore.ranking.vikor import vikor
from ioscore.sensitivity.sobol import sobol_indices
from ioscore.sensitivity.weights.draws import Uniform
from ioscore.sensitivity.weights.exact import exact_acceptability
from ioscore.sensitivity.weights.sampling import sample_acceptability

CASE = Path(__file__).parent.parent / "tests" / "fixtures" / "published" / "peers_5x7.json"
DRAWS = 10**6
LOOP = 2_000
"""Draws of a loop in Python; its time is scaled up, as each draw costs the same."""

MEAN = Method(name="weighted_mean", score=arithmetic_mean, utilities=complete)
MEAN64 = Method(name="weighted_mean", score=arithmetic_mean)
TOPSIS = Method(name="topsis", score=topsis)
VIKOR = Method(name="vikor", score=vikor)
PROMETHEE = Method(name="promethee2", score=promethee2, utilities=net_flows)


def seconds(tasks: dict[str, Callable[[], object]], turns: int) -> dict[str, float]:
    """Return the least processor time of each task, over turns taken one after the other."""
    least = dict.fromkeys(tasks, np.inf)
    for _ in range(turns):
        for name, task in tasks.items():
            start = time.process_time()
            task()
            least[name] = min(least[name], time.process_time() - start)
    return least


def report(what: str, ratio: float, limit: str) -> bool:
    """Print one line and return whether the figure is within its limit, as in "<= 1.5"."""
    sign, bound = limit.split()
    holds = ratio <= float(bound) if sign == "<=" else ratio >= float(bound)
    print(f"{what:<74} {ratio:9.2f}  {limit:>8}  {'holds' if holds else 'FALLS SHORT'}")
    return holds


def sampled(values: np.ndarray, method: Method, draws: int) -> object:
    """Sample uniform weights."""
    law = Uniform(criteria=values.shape[1])
    return sample_acceptability(values, method, law=law, draws=draws, seed=0)


def weighted_mean(values: np.ndarray, matrix: np.ndarray, types: np.ndarray) -> list[bool]:
    """Compare 10^6 draws of 5 x 7: draws, ranks, acceptability, central weights."""
    methods = {
        "float32": MEAN,
        "float64": MEAN64,
        "topsis": TOPSIS,
        "promethee2": PROMETHEE,
        "vikor": VIKOR,
    }
    own = {name: partial(sampled, values, method, DRAWS) for name, method in methods.items()}
    quick = seconds({"floor": partial(floor, values, DRAWS, 0), **own}, turns=9)
    slow = seconds(
        {
            **{name: own[name] for name in ("float32", "float64")},
            "smaa2": partial(peers.smaa2_mean, values, DRAWS),
            "loop": partial(peers.pymcdm_loop, matrix, types, LOOP),
        },
        turns=3,
    )
    loop = slow["loop"] * DRAWS / LOOP
    print(f"{DRAWS:.0e} draws of 5 x 7 take {quick['float32']:.3f} s of processor time")
    return [
        report("float64: pysensmcda smaa2 / ioscore", slow["smaa2"] / slow["float64"], ">= 15"),
        report("float32: pysensmcda smaa2 / ioscore", slow["smaa2"] / slow["float32"], ">= 25"),
        report(
            f"pymcdm loop (of {LOOP} draws, scaled) / ioscore", loop / slow["float32"], ">= 500"
        ),
        report("ioscore / floor", quick["float32"] / quick["floor"], "<= 1.5"),
        report("TOPSIS / weighted mean", quick["topsis"] / quick["float32"], "<= 3"),
        report("PROMETHEE II / weighted mean", quick["promethee2"] / quick["float32"], "<= 3"),
        report("VIKOR / weighted mean", quick["vikor"] / quick["float32"], "<= 6"),
    ]


def many_alternatives() -> list[bool]:
    """Compare 10^4 draws of 1,000 x 50."""
    values, draws, loop = np.random.default_rng(0).random((1_000, 50)), 10**4, 100
    took = seconds(
        {
            "ioscore": partial(sampled, values, MEAN, draws),
            "smaa2": partial(peers.smaa2_mean, values, draws),
            "simulate": partial(peers.simulated_mean, values, draws),
            "loop": partial(peers.pymcdm_loop, values, np.ones(50), loop),
        },
        turns=3,
    )
    took["loop"] *= draws / loop
    fastest = min(("smaa2", "simulate", "loop"), key=lambda name: took[name])
    ratio = took[fastest] / took["ioscore"]
    return [report(f"1,000 x 50, 1e4 draws: fastest peer ({fastest}) / ioscore", ratio, ">= 6")]


def exact(values: np.ndarray) -> list[bool]:
    """Compare exact acceptabilities: the whole matrix against the peer's first ranks."""
    wide = np.random.default_rng(0).random((5, 10))
    took = seconds(
        {
            "ioscore": partial(exact_acceptability, values),
            "peer": partial(peers.exact_first_ranks, values),
            "5x10": partial(exact_acceptability, wide),
        },
        turns=7,
    )
    return [
        report(
            "exact 5 x 7, all ranks / pysensmcda, rank 1", took["ioscore"] / took["peer"], "<= 0.5"
        ),
        report("exact 5 x 10, seconds", took["5x10"], "<= 1"),
    ]


def sobol() -> list[bool]:
    """Compare Sobol' indices of the g function: sample, run and analyse."""
    took = seconds(
        {
            "ioscore": lambda: sobol_indices(
                peers.g_function, 6, n=2**14, resamples=100, rng=np.random.default_rng(0)
            ),
            "salib": partial(peers.salib_sobol, peers.g_function, 6, 2**14, 100),
        },
        turns=3,
    )
    ratio = took["salib"] / took["ioscore"]
    return [report("Sobol', N = 2^14, 100 resamples, 6 inputs: SALib / ioscore", ratio, ">= 10")]


def main() -> None:
    """Run every comparison and say whether each target holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="also the memory at 10^8 draws")
    parser.add_argument("--plot", type=Path, help="folder for the figure of time against draws")
    chosen = parser.parse_args()
    case = json.loads(CASE.read_text())
    matrix = np.array(case["matrix"])
    types = np.where(np.array(case["directions"]) == "min", -1, 1)
    unit = (matrix - matrix.min(axis=0)) / np.ptp(matrix, axis=0)
    values = np.where(types < 0, 1 - unit, unit)
    warnings.simplefilter("ignore")  # the peers warn of what is known here
    held = [*weighted_mean(values, matrix, types), *many_alternatives(), *exact(values), *sobol()]
    if chosen.full:
        grown = scaling.memory(10**8) - scaling.memory(10**5)
        held.append(report("peak memory at 1e8 draws over that at 1e5, MB", grown, "<= 200"))
    if chosen.plot:
        print(scaling.plot(chosen.plot))
    print("every target holds" if all(held) else f"{held.count(False)} targets fall short")


if __name__ == "__main__":
    main()
