"""Volumes of the cells into which hyperplanes cut a simplex, without cancellation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ioscore.errors import NotApplicable
from ioscore.sensitivity.weights.arrangement import ONE, Array, Integers, Vertices, Words

MOST_WORDS = 20_000_000
"""Bound on the numbers that the faces of one dimension may take; some 160 MB."""

_FULL = ~np.uint64(0)


@dataclass(frozen=True, kw_only=True)
class Cells:
    """Cells of an arrangement.

    Attributes
    ----------
    ahead : array of bool, (c, f)
        On which side of each of the f hyperplanes a cell lies: True is the positive side.
    shares : array, (c,)
        Volume as a share of the whole simplex.
    moments : array, (c, m) or None
        Share times the centroid.
    """

    ahead: NDArray[np.bool_]
    shares: Array
    moments: Array | None


@dataclass(frozen=True, kw_only=True)
class _Level:
    """Faces of one dimension: `apex` vertex of each, and facets: of which, height, position."""

    apex: Integers
    owner: Integers
    height: Array
    facet: Integers


def measure_cells(
    vertices: Vertices, free: Sequence[int], *, centroids: bool
) -> Cells | NotApplicable:
    """Return the volume of every cell, exactly but for rounding.

    Parameters
    ----------
    vertices : Vertices
        Of k hyperplanes.
    free : sequence of int
        Hyperplanes both of whose sides are wanted; of the others the positive side.
    centroids : bool
        Whether to return moments, too.

    Returns
    -------
    Cells or NotApplicable
        The latter where more faces are needed than memory should hold.

    Notes
    -----
    A face is named by the coordinates that may be positive on it. Its volume is the sum, over the
    facets that miss one of its vertices, of the height of that vertex above the facet (one
    coordinate) times the volume of the facet; the volume of a vertex is one over a determinant.
    All terms are positive, and facets of zero height are left out, so degenerate faces cost
    neither accuracy nor volume. Faces are shared among cells. It is the recursion of multivariate
    truncated powers, of which the volume of a polytope in standard form is a value.

    References
    ----------
    Micchelli, C. A. (1980). A constructive approach to Kergin interpolation in R^k: multivariate
    B-splines and Lagrange interpolation. Rocky Mountain Journal of Mathematics 10(3), 485-497.
    doi:10.1216/RMJ-1980-10-3-485
    """
    excludes, spare = _bitsets(vertices)
    ahead, masks, dead = _split(vertices, excludes, spare, free)
    levels = []
    for _ in range(vertices.weights.shape[1] - 1):
        if dead.size * vertices.columns.shape[1] > MOST_WORDS:
            return NotApplicable(
                f"the polytopes have more than {len(masks):,} faces of one dimension"
            )
        level, masks, dead = _facets(vertices, excludes, masks, dead)
        levels.append(level)
    last = _first(dead)
    shares: Array = vertices.density[last]
    moments = shares[:, None] * vertices.weights[last] if centroids else None
    for level in reversed(levels):
        count = len(level.apex)
        parts = level.height * shares[level.facet]
        shares = np.bincount(level.owner, parts, minlength=count).astype(float)
        if moments is not None:
            terms = level.height[:, None] * moments[level.facet]
            sums = [np.bincount(level.owner, term, minlength=count) for term in terms.T]
            moments = np.stack(sums, axis=1) + shares[:, None] * vertices.weights[level.apex]
    if moments is not None:
        moments = moments / vertices.weights.shape[1]
    return Cells(ahead=ahead, shares=shares, moments=moments)


def _bitsets(vertices: Vertices) -> tuple[Words, Words]:
    """Return, for each column, the set of vertices that need it; and the bits beyond the last."""
    count, width = vertices.columns.shape
    held = vertices.weights.shape[1] + 2 * (width - 1)
    needs = np.zeros((held + 1, -(-count // 64) * 64), dtype=bool)
    needs[vertices.columns.T, np.arange(count)] = True
    needs[held, count:] = True
    packed = np.packbits(needs, axis=1, bitorder="little").view(np.uint64)
    return packed[:-1], packed[-1]


def _split(
    vertices: Vertices, excludes: Words, spare: Words, free: Sequence[int]
) -> tuple[NDArray[np.bool_], Words, Words]:
    """Return the sides, the mask of coordinates and the excluded vertices of each cell."""
    k, m = vertices.columns.shape[1] - 1, vertices.weights.shape[1]
    masks = np.full(1, ((1 << m) - 1) << 2 * k, dtype=np.uint64)
    dead, ahead = spare[None, :], np.ones((1, 0), dtype=bool)
    for row in range(k):
        kept = [(masks | ONE << np.uint64(2 * row), dead | excludes[2 * row + 1])]
        sides = [np.ones((len(masks), 1), dtype=bool)]
        if row in free:
            kept.append((masks | ONE << np.uint64(2 * row + 1), dead | excludes[2 * row]))
            sides.append(~sides[0])
            ahead = np.vstack([ahead, ahead])
            ahead = np.hstack([ahead, np.vstack(sides)])
        masks, dead = (np.concatenate(part) for part in zip(*kept, strict=True))
        alive = (dead != _FULL).any(axis=1)
        masks, dead, ahead = masks[alive], dead[alive], ahead[alive]
    return ahead, masks, dead


def _first(dead: Words) -> Integers:
    """Return the first vertex that is not excluded; each row has one."""
    word = (dead != _FULL).argmax(axis=1)
    open_ = ~dead[np.arange(len(dead)), word]
    lowest = open_ & (~open_ + ONE)
    first: Integers = word * 64 + np.bitwise_count(lowest - ONE)
    return first


def _facets(
    vertices: Vertices, excludes: Words, masks: Words, dead: Words
) -> tuple[_Level, Words, Words]:
    """Return the facets of each face that miss its first vertex, each once, with its height."""
    apex = _first(dead)
    owner, place = np.nonzero(vertices.coordinates[apex] > 0)
    dropped = vertices.columns[apex[owner], place]
    height = vertices.coordinates[apex[owner], place]
    names, at, facet = np.unique(
        masks[owner] ^ ONE << dropped.astype(np.uint64), return_index=True, return_inverse=True
    )
    below = dead[owner[at]] | excludes[dropped[at]]
    alive = (below != _FULL).any(axis=1)
    kept = alive[facet]
    facet = (np.cumsum(alive) - 1)[facet[kept]]
    level = _Level(apex=apex, owner=owner[kept], height=height[kept], facet=facet)
    return level, names[alive], below[alive]
