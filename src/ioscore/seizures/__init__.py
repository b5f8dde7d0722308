"""Seizure statistics made one series: editions chosen, corrections applied, totals per year."""

from ioscore.seizures.corrections import FILE, harmonise, without
from ioscore.seizures.editions import compare_editions
from ioscore.seizures.totals import OUTCOMES, Outcome, annual_totals, outcome

__all__ = [
    "FILE",
    "OUTCOMES",
    "Outcome",
    "annual_totals",
    "compare_editions",
    "harmonise",
    "outcome",
    "without",
]
