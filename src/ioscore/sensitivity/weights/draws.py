"""Laws of the weights, and draws from them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ioscore.errors import IoscoreError, Problem
from ioscore.sensitivity.weights.space import WeightSpace

Array = NDArray[np.float64]

LEAST_ACCEPTED = 1e-4
"""Share of candidates that must meet declared bounds and orders for rejection to go on."""


class Law(Protocol):
    """A law of the weights: how many criteria, what it is in words, and draws from it."""

    @property
    def criteria(self) -> int:
        """Number of criteria."""

    @property
    def measure(self) -> str:
        """The law in words."""

    def draw(self, rng: np.random.Generator, size: int, dtype: DTypeLike = np.float64) -> Array:
        """Return weights (size, m), rows >= 0 summing to one, stored criterion by criterion."""


@dataclass(frozen=True, kw_only=True)
class Uniform:
    """All weights alike, or all within declared bounds and orders.

    Attributes
    ----------
    criteria : int
        Number of criteria, m >= 1.
    space : WeightSpace, optional
        Bounds and orders; None admits all weights.

    References
    ----------
    Devroye, L. (1986). Non-Uniform Random Variate Generation. Springer, ch. V.
    doi:10.1007/978-1-4613-8643-8
    """

    criteria: int
    space: WeightSpace | None = None

    @property
    def measure(self) -> str:
        """The law in words."""
        return (self.space or WeightSpace.whole(self.criteria)).measure

    def draw(self, rng: np.random.Generator, size: int, dtype: DTypeLike = np.float64) -> Array:
        """Return weights, (size, m).

        Parameters
        ----------
        rng : numpy.random.Generator
        size : int
        dtype : float64 or float32

        Returns
        -------
        array, (size, m)
            Stored criterion by criterion (its transpose is contiguous), as kernels go along draws.

        Raises
        ------
        IoscoreError
            When fewer than `LEAST_ACCEPTED` of the candidates meet the bounds and orders.
        """
        if self.space is None or self.space.is_whole:
            return simplex(rng, self.criteria, size, dtype).T
        return _within(self.space, rng, size).astype(dtype).T


@dataclass(frozen=True, kw_only=True, eq=False)
class DirichletAround:
    """Weights scattered around given ones: Dirichlet with parameters concentration times weight.

    Attributes
    ----------
    weights : array, (m,)
        The mean of the law, >= 0, summing to one. A zero weight stays zero.
    concentration : float
        > 0. A weight w has variance w (1 - w) / (concentration + 1).

    References
    ----------
    Devroye, L. (1986). Non-Uniform Random Variate Generation. Springer, ch. IX and XI.
    doi:10.1007/978-1-4613-8643-8
    """

    weights: Array
    concentration: float

    def __post_init__(self) -> None:
        weights = np.asarray(self.weights, dtype=float)
        object.__setattr__(self, "weights", weights)
        whole = np.isfinite(weights).all() and np.isclose(weights.sum(), 1.0, rtol=0, atol=1e-9)
        if not whole or (weights < 0).any() or not 0 < self.concentration < np.inf:
            raise IoscoreError(
                Problem(
                    where="Dirichlet law of the weights",
                    found=f"concentration {self.concentration} around {weights.tolist()}",
                    mend="Give weights >= 0 that sum to one and a concentration above zero.",
                )
            )

    @property
    def criteria(self) -> int:
        """Number of criteria."""
        return len(self.weights)

    @property
    def measure(self) -> str:
        """The law in words."""
        return f"Dirichlet around the given weights, concentration {self.concentration:g}"

    def draw(self, rng: np.random.Generator, size: int, dtype: DTypeLike = np.float64) -> Array:
        """Return weights, (size, m), as `Uniform.draw`.

        A Gamma(a) variable is Gamma(a + 1) times U^(1/a). In logarithms this holds for the
        smallest a, for which Gamma(a) itself is zero in floating point.
        """
        kept = np.flatnonzero(self.weights > 0)
        shape = self.concentration * self.weights[kept, None]
        logs = np.log(rng.standard_gamma(shape + 1.0, size=(len(kept), size)))
        logs -= rng.standard_exponential((len(kept), size)) / shape
        parts = np.exp(logs - logs.max(axis=0))
        weights = np.zeros((self.criteria, size), dtype=dtype)
        weights[kept] = parts / parts.sum(axis=0)
        return weights.T


@dataclass(frozen=True, kw_only=True)
class NestedUniform:
    """At every node of the tree of criteria, all weights of its children alike.

    Attributes
    ----------
    paths : tuple of str, m
        The leaves, as in "aid/equipment": a path names its parents.
    """

    paths: tuple[str, ...]

    @property
    def criteria(self) -> int:
        """Number of leaves."""
        return len(self.paths)

    @property
    def measure(self) -> str:
        """The law in words."""
        return "uniform on the weights of the children of each criterion"

    def draw(self, rng: np.random.Generator, size: int, dtype: DTypeLike = np.float64) -> Array:
        """Return weights of the leaves, (size, m), as `Uniform.draw`.

        A leaf weighs the product of the shares along its path.
        """
        share: dict[str, Array] = {"": np.ones(size)}
        for parent, children in self._children().items():
            parts = simplex(rng, len(children), size)
            share.update(
                {child: share[parent] * part for child, part in zip(children, parts, strict=True)}
            )
        return np.stack([share[path] for path in self.paths]).astype(dtype).T

    def _children(self) -> dict[str, list[str]]:
        """Return the children of each node, parents before their children."""
        children: dict[str, list[str]] = {}
        for path in self.paths:
            steps = path.split("/")
            nodes = ["", *("/".join(steps[: i + 1]) for i in range(len(steps)))]
            for parent, child in pairwise(nodes):
                known = children.setdefault(parent, [])
                if child not in known:
                    known.append(child)
        return children


def simplex(
    rng: np.random.Generator, parts: int, size: int, dtype: DTypeLike = np.float64
) -> Array:
    """Return points uniform on the simplex: exponentials divided by their sum, Dirichlet(1).

    Uniform numbers divided by their sum crowd the middle of the simplex.

    Parameters
    ----------
    rng : numpy.random.Generator
    parts, size : int
    dtype : float64 or float32

    Returns
    -------
    array, (parts, size)
        Columns > 0 and summing to one.
    """
    if np.dtype(dtype) == np.float32:
        return np.asarray(_single_simplex(rng, parts, size))
    drawn = rng.standard_exponential((parts, size))
    drawn *= 1 / drawn.sum(axis=0)  # multiplying is quicker than dividing
    return drawn


def _single_simplex(rng: np.random.Generator, parts: int, size: int) -> NDArray[np.float32]:
    """Return points uniform on the simplex in float32, at half the price of NumPy's exponentials.

    The upper 23 of 32 random bits are put behind the point of a number in [1, 2); minus one, plus
    half a step, it lies inside (0, 1), and its logarithm is minus an exponential variable. As
    the sum is negative too, the signs cancel. Steps of 1.2e-7 in the distribution function move a
    share by less than the Monte Carlo error of 10^12 draws.
    """
    words = rng.bit_generator.random_raw((parts * size + 1) // 2).view(np.uint32)
    bits = words[: parts * size].reshape(parts, size)
    bits >>= np.uint32(9)
    bits |= np.uint32(0x3F800000)
    drawn: NDArray[np.float32] = bits.view(np.float32)
    drawn -= np.float32(1 - 2**-24)
    np.log(drawn, out=drawn)
    drawn *= 1 / drawn.sum(axis=0)
    return drawn


def _within(space: WeightSpace, rng: np.random.Generator, size: int) -> Array:
    """Return weights (m, size) uniform on a part of the simplex, by rejection.

    Candidates come from the smaller simplex that the space gives around itself.
    """
    corners, limits = space.corners()
    kept: list[Array] = []
    found = tried = 0
    candidates = max(size, 1024)
    while found < size:
        shares = simplex(rng, len(corners), candidates)
        inside = (limits @ shares >= 0).all(axis=0)
        kept.append(corners @ shares[:, inside])
        found, tried = found + int(inside.sum()), tried + candidates
        if tried > 10 / LEAST_ACCEPTED and found < LEAST_ACCEPTED * tried:
            raise IoscoreError(
                Problem(
                    where="bounds and orders of weights",
                    found=f"{found} of {tried} draws meet them, too few to sample by rejection",
                    mend="Widen the bounds, or use the exact analysis, which needs no draws.",
                )
            )
    return np.concatenate(kept, axis=1)[:, :size]
