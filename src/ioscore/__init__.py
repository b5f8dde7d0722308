"""Score and rank organisations by a rubric on coded evidence, and say how sure the order is.

The names below load when they are asked for (PEP 562), so importing `ioscore` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    "Rubric": "rubric",
    "choose": "rubric",
    "reweight": "rubric",
    "Evidence": "evidence",
    "coverage": "evidence",
    "select": "evidence",
    "Scores": "scoring",
    "score": "scoring",
    "scores_from_matrix": "scoring",
    "Ranking": "ranking",
    "rank": "ranking",
    "analyse_weights": "sensitivity.weights.analysis",
    "analyse_evidence": "sensitivity.evidence.analysis",
    "analyse_choices": "sensitivity.choices.analysis",
    "Study": "study",
    "run_study": "study",
    "compare_readings": "study.steps",
    "planned_panel": "study.steps",
    "regress": "study.steps",
    "shorten": "study.steps",
    "run_audit": "audit",
    "explanation": "report.explanation",
    "explore": "report.explorer.widget",
    "figures": "report.gallery",
    "summary": "report.summaries",
    "read_evidence": "io",
    "read_matrix": "io",
    "read_outcome_data": "io.outcomes",
    "read_plan": "io.plans",
    "read_readings": "io.passes",
    "read_rubric": "io",
    "shipped_rubrics": "io",
    "IoscoreError": "errors",
    "IoscoreWarning": "errors",
    "NotApplicable": "errors",
}

__all__ = sorted(_HOME)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    """Load a public name from the room that makes it."""
    if name == "__version__":
        from importlib.metadata import version

        return version("ioscore")
    if name not in _HOME:
        raise AttributeError(f"module 'ioscore' has no attribute {name!r}")
    # Kept, so that a later look-up costs nothing and `rank` stays the function, not its room.
    value = getattr(import_module(f"ioscore.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names."""
    return [*_HOME, "__version__"]
