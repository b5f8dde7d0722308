"""Vertices of the arrangement in which hyperplanes cut a simplex, degenerate or not."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from math import comb, isqrt

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Integers = NDArray[np.intp]
Words = NDArray[np.uint64]

ZERO = 1e-12
"""What is smaller than this share of the terms it is the sum of is zero: rounding leaves 1e-15."""

ONE = np.uint64(1)


@dataclass(frozen=True, kw_only=True)
class Vertices:
    """Vertices of an arrangement of k hyperplanes in the simplex of m weights, m x k generic.

    A point of the simplex has m + 2k coordinates, none negative: its distance from hyperplane l
    on the positive side (column 2l), on the negative side (2l + 1), and its weights (2k + j). At
    a vertex k + 1 of them are not zero.

    Attributes
    ----------
    columns : array of int, (v, k + 1)
        Which coordinates are not zero, ascending by the mask that they make.
    coordinates : array, (v, k + 1)
        Their values, >= 0 (zero where the hyperplanes are degenerate).
    weights : array, (v, m)
    density : array, (v,)
        One over the determinant of the system that gives the vertex.
    """

    columns: Integers
    coordinates: Array
    weights: Array
    density: Array


def count_systems(hyperplanes: int, weights: int) -> int:
    """Return how many linear systems `find_vertices` solves."""
    return comb(weights + hyperplanes, hyperplanes + 1)


def find_vertices(rows: Array) -> Vertices:
    """Return the vertices of the hyperplanes in the simplex.

    Parameters
    ----------
    rows : array, (k, m)
        Hyperplane l is `rows[l] @ w == 0`; any scale.

    Returns
    -------
    Vertices

    Notes
    -----
    A vertex has t hyperplanes through it and t + 1 positive weights. Hyperplanes in special
    position (more of them through one point, or through a vertex of the simplex) are shifted by
    infinitely little, each by its own amount: what is zero takes the sign of its first derivative
    along the shift, so every vertex is simple, and its coordinates keep their values. The shifts
    are square roots of primes, which no relation with rational coefficients binds.
    """
    k, m = rows.shape
    system = np.vstack([rows, np.ones(m)])
    scale = _equilibrate(system)
    parts = [
        _solve(system, scale, *_choices(k, m, through)) for through in range(min(k, m - 1) + 1)
    ]
    columns = np.concatenate([part.columns for part in parts])
    order = np.argsort(_masks(columns))
    return Vertices(
        columns=columns[order],
        coordinates=np.concatenate([part.coordinates for part in parts])[order],
        weights=np.concatenate([part.weights for part in parts])[order],
        density=np.concatenate([part.density for part in parts])[order],
    )


def _equilibrate(system: Array) -> tuple[Array, Array]:
    """Return factors of rows and columns that bring the greatest entries of each near one."""
    size = np.abs(system)
    rows, columns = np.ones(len(system)), np.ones(system.shape[1])
    for _ in range(3):
        rows /= np.sqrt((size * columns * rows[:, None]).max(axis=1))
        columns /= np.sqrt((size * columns * rows[:, None]).max(axis=0))
    return rows, columns


def _choices(k: int, m: int, through: int) -> tuple[Integers, Integers]:
    """Return every pair of `through` hyperplanes and `through` + 1 weights."""
    tied = np.array(list(itertools.combinations(range(k), through)), dtype=np.intp)
    held = np.array(list(itertools.combinations(range(m), through + 1)), dtype=np.intp)
    tied = tied.reshape(comb(k, through), through)
    return np.repeat(tied, len(held), axis=0), np.tile(held, (len(tied), 1))


def _shifts(k: int) -> Array:
    primes = (p for p in itertools.count(2) if all(p % q for q in range(2, isqrt(p) + 1)))
    shifts: Array = np.sqrt(np.array(list(itertools.islice(primes, k)), dtype=float))
    return shifts


def _solve(system: Array, scale: tuple[Array, Array], tied: Integers, held: Integers) -> Vertices:
    """Return the vertices among the points where `tied` hyperplanes meet the face of `held`."""
    rows, (k, m), through = system[:-1], (len(system) - 1, system.shape[1]), tied.shape[1]
    used = np.hstack([tied, np.full((len(tied), 1), k)])
    row_scale, column_scale = scale[0][used], scale[1][held]
    matrix = system[used[:, :, None], held[:, None, :]]
    matrix = matrix * row_scale[:, :, None] * column_scale[:, None, :]
    volume = np.abs(np.linalg.det(matrix))
    regular = volume > ZERO * np.linalg.norm(matrix, axis=2).prod(axis=1)
    matrix, volume, tied, held = matrix[regular], volume[regular], tied[regular], held[regular]
    row_scale, column_scale = row_scale[regular], column_scale[regular]

    inverse, shifts = np.linalg.inv(matrix), _shifts(k)
    values = inverse[:, :, -1] * row_scale[:, -1:]
    terms = _times(np.abs(matrix), np.abs(values)).max(axis=1, keepdims=True)
    noise = ZERO * np.abs(inverse).sum(axis=2) * terms * column_scale
    values = values * column_scale
    moves = _times(inverse[:, :, :through], row_scale[:, :-1] * shifts[tied]) * column_scale
    zero = np.abs(values) <= noise
    inside = np.where(zero, moves > 0, values > 0).all(axis=1)
    values, moves, noise = np.where(zero, 0.0, values)[inside], moves[inside], noise[inside]
    tied, held = tied[inside], held[inside]

    others = np.ones((len(values), k), dtype=bool)
    np.put_along_axis(others, tied, False, axis=1)
    others = np.nonzero(others)[1].reshape(len(values), k - through)
    part = rows[others[:, :, None], held[:, None, :]]
    sides, drift = _times(part, values), _times(part, moves) - shifts[others]
    zero = np.abs(sides) <= _times(np.abs(part), noise + ZERO * values)
    behind = np.where(zero, drift < 0, sides < 0)
    weights = np.zeros((len(values), m))
    np.put_along_axis(weights, held, values, axis=1)
    density = (row_scale.prod(axis=1) * column_scale.prod(axis=1) / volume)[inside]
    return Vertices(
        columns=np.hstack([2 * others + behind, 2 * k + held]),
        coordinates=np.hstack([np.where(zero, 0.0, np.abs(sides)), values]),
        weights=weights,
        density=density,
    )


def _times(matrices: Array, vectors: Array) -> Array:
    product: Array = (matrices @ vectors[:, :, None])[:, :, 0]
    return product


def _masks(columns: Integers) -> Words:
    masks: Words = np.bitwise_or.reduce(ONE << columns.astype(np.uint64), axis=1)
    return masks
