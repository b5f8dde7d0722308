"""The other programs, each doing the task in its own best way; nothing of ioscore is used here.

They are extras of the benchmarks: `pip install --no-deps -r benchmarks/peers.txt`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

try:
    from pymcdm.methods import WSM
    from pymcdm.normalizations import minmax_normalization
    from pysensmcda.smaa import exact_acceptability, simulate, smaa2
    from SALib.analyze import sobol as analyze
    from SALib.sample import sobol as sample
except ImportError as error:
    raise SystemExit(f"{error}: {__doc__}") from None


def smaa2_mean(values: np.ndarray, draws: int) -> object:
    """Run SMAA-2 of pysensmcda with a plain product."""
    types = np.ones(values.shape[1])
    return smaa2(_product, values, types, num_samples=draws, reverse_ranking=True, seed=0)


def simulated_mean(values: np.ndarray, draws: int) -> object:
    """Run only the simulation of pysensmcda: counts of ranks and sums of weights, no errors."""
    return simulate(
        _product,
        values,
        np.ones(values.shape[1]),
        num_samples=draws,
        reverse_ranking=True,
        store="accumulate",
        seed=0,
    )


def pymcdm_loop(matrix: np.ndarray, types: np.ndarray, draws: int) -> np.ndarray:
    """Rank by the weighted sum of pymcdm, one call a draw, as its users do."""
    method = WSM(minmax_normalization)
    weights = np.random.default_rng(0).dirichlet(np.ones(len(types)), draws)
    return np.array([method.rank(method(matrix, one, types)) for one in weights])


def exact_first_ranks(values: np.ndarray) -> object:
    """Compute the exact share of rank 1 by pysensmcda."""
    return exact_acceptability(values, np.ones(values.shape[1]))


def salib_sobol(
    function: Callable[[np.ndarray], np.ndarray], inputs: int, n: int, resamples: int
) -> object:
    """Sample, run and analyse by SALib, first and total order."""
    problem = {
        "num_vars": inputs,
        "names": [f"x{i}" for i in range(inputs)],
        "bounds": [[0, 1]] * inputs,
    }
    points = sample.sample(problem, n, calc_second_order=False, seed=1)
    return analyze.analyze(
        problem, function(points), calc_second_order=False, num_resamples=resamples, seed=1
    )


def g_function(points: np.ndarray) -> np.ndarray:
    """Return the g function of Saltelli and Sobol' (1995) with a = 0, 1, 4.5, 9, 99, 99.

    doi:10.1016/0951-8320(95)00099-2
    """
    a = np.array([0, 1, 4.5, 9, 99, 99])[: points.shape[1]]
    return np.prod((np.abs(4 * points - 2) + a) / (1 + a), axis=1)


def _product(matrix: np.ndarray, weights: np.ndarray, *_: object) -> np.ndarray:
    return matrix @ weights
