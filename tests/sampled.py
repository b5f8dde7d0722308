"""What the tests of sampling share: methods, laws, and one way to sample."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from ioscore.ranking.decision import Method
from ioscore.sensitivity.weights.draws import DirichletAround, NestedUniform, Uniform
from ioscore.sensitivity.weights.sampling import sample_acceptability
from ioscore.sensitivity.weights.space import WeightSpace

# Five standard errors: a true share lies outside in one of two million looks.
SIGMAS = 5


LAWS = {
    "uniform": Uniform(criteria=3),
    "bounds": Uniform(
        criteria=3, space=WeightSpace(lower=np.zeros(3), upper=np.array([0.5, 1, 1]))
    ),
    "around": DirichletAround(weights=np.array([0.5, 0.3, 0.2]), concentration=9.0),
    "nested": NestedUniform(paths=("a/b", "a/c", "d")),
}
VALUES = np.random.default_rng(4).random((4, 3))


def product(values, weights):
    return weights @ values.T


MEAN = Method(name="weighted_mean", score=product, utilities=np.asarray)
"""Linear, so ranked in float32."""
SCORED = Method(name="weighted_mean", score=product)
"""The same rule, not known to be linear: scored in float64."""


def sampled(values, method=MEAN, law=None, draws=20_000, seed=0, **how):
    values = np.asarray(values, dtype=float)
    law = law or Uniform(criteria=values.shape[1])
    return sample_acceptability(values, method, law=law, draws=draws, seed=seed, **how)


def bits(found):
    return [np.asarray(getattr(found, f.name)).tobytes() for f in fields(found)]
