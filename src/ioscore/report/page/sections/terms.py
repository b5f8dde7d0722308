"""Terms of the field, in a sentence each, for those who meet them here first."""

from __future__ import annotations

from ioscore.report.page.document import Facts, Section, Text

JUDGEMENT = {
    "Weighted mean": "the sum of values times their weights, divided by the sum of the weights.",
    "Rank acceptability": "the share of all weights under which an organisation takes a rank.",
    "Dirichlet, concentration": "a law by which weights are drawn around given ones; the greater its "
    "concentration, the nearer they stay.",
    "Euclidean distance": "how far two sets of weights lie apart: the root of the sum of their "
    "squared differences.",
    "Sobol' index": "the share of the differences among all combinations that one choice explains, "
    "by itself or with others.",
    "Krippendorff's alpha": "agreement of coders beyond chance: 1 is complete, 0 what chance gives.",
    "Min-max normalisation": "each criterion stretched so that its least value becomes 0 and its "
    "greatest 1.",
}
"""Of scores and their sureness."""

SEIZURES = {
    "PPML": "Poisson pseudo-maximum likelihood: effects multiply what is expected; years without a "
    "seizure stay in.",
    "Fixed effects": "what is peculiar to a country in all years, or to a year in all countries, is "
    "taken out.",
    "Permutation test": "the years at work are handed to other countries, and it is counted how often "
    "an estimate as large comes out.",
    "Placebo": "the same estimate where nothing happened; its rank among them stands for a p.",
    "CR1, CR3": "standard errors that let the years of one country depend on each other; CR3 is the "
    "more careful with few countries.",
    "Wild bootstrap, Webb weights": "residuals of whole countries are multiplied by random numbers, to "
    "see what estimates chance gives with few of them.",
    "HAC, Bartlett, fixed-b": "standard errors that let neighbouring years depend on each other; "
    "fixed-b reckons with how few years they are made from.",
    "Holm": "p values raised for asking several questions at once.",
    "Lasso": "a regression that keeps only the variables that help to predict.",
    "Detectable effect": "the smallest true effect that the test would find in four of five cases.",
}
"""Of the analyses of seizures."""


def terms(*, seizures: bool) -> Section:
    """Return the section that explains terms; those of seizures where they were studied."""
    known = JUDGEMENT | (SEIZURES if seizures else {})
    pairs: tuple[tuple[Text, Text], ...] = tuple(
        ((name,), (text[0].upper() + text[1:],)) for name, text in known.items()
    )
    return Section(anchor="terms", title=("Terms in a sentence each",), blocks=(Facts(pairs),))
