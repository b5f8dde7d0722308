"""Time and memory against the number of draws: `python benchmarks/scaling.py FOLDER`."""

from __future__ import annotations

import os

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from ioscore.ranking.decision import Method
from ioscore.ranking.means import arithmetic_mean, complete
from ioscore.sensitivity.weights.draws import Uniform
from ioscore.sensitivity.weights.sampling import sample_acceptability

DECADES = np.logspace(4, 8, 9).astype(int)


def sample(draws: int) -> float:
    """Return the seconds of processor time that so many draws of 5 x 7 take."""
    values = np.random.default_rng(0).random((5, 7))
    method = Method(name="weighted_mean", score=arithmetic_mean, utilities=complete)
    start = time.process_time()
    sample_acceptability(values, method, law=Uniform(criteria=7), draws=draws, seed=0)
    return time.process_time() - start


def memory(draws: int) -> float:
    """Return the peak memory, MB, of a fresh process that takes so many draws."""
    done = subprocess.run(
        [sys.executable, __file__, "--peak", str(draws)],
        capture_output=True,
        check=True,
        text=True,
    )
    return float(done.stdout)


def plot(folder: Path) -> str:
    """Measure time over four decades of draws, draw it, and return what was found."""
    import matplotlib as mpl

    mpl.use("Agg")
    import seaborn as sns

    sample(10**5)
    took = np.array([min(sample(int(draws)) for _ in range(3)) for draws in DECADES])
    fixed = np.linalg.lstsq(
        np.stack([1 / took, DECADES / took], axis=1), np.ones(len(took)), rcond=None
    )[0]
    miss = np.abs((fixed[0] + fixed[1] * DECADES) / took - 1).max()
    upper = np.polyfit(np.log10(DECADES[2:]), np.log10(took[2:]), 1)[0]
    axes = sns.scatterplot(x=DECADES, y=took)
    axes.plot(DECADES, fixed[0] + fixed[1] * DECADES, linewidth=1)
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="draws",
        ylabel="processor time, s",
        title=f"{fixed[0] * 1e3:.1f} ms + {fixed[1] * 1e9:.1f} ns a draw",
    )
    folder.mkdir(parents=True, exist_ok=True)
    axes.figure.savefig(folder / "time_against_draws.svg")
    axes.figure.savefig(folder / "time_against_draws.png", dpi=150)
    return (
        f"time = {fixed[0] * 1e3:.2f} ms + {fixed[1] * 1e9:.2f} ns a draw, from {DECADES[0]:.0e} to "
        f"{DECADES[-1]:.0e} draws; no point is off by more than {miss:.0%}; slope in logarithms "
        f"from 1e5 draws {upper:.3f}; figure in {folder}"
    )


if __name__ == "__main__":
    if sys.argv[1] == "--peak":
        sample(int(sys.argv[2]))
        # `ru_maxrss` of a child would start from what its parent holds; this starts from nothing.
        status = Path("/proc/self/status").read_text().split()
        print(int(status[status.index("VmHWM:") + 1]) / 1024)
    else:
        print(plot(Path(sys.argv[1])))
