"""What several tests need."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ioscore.evidence import Evidence
from ioscore.evidence.table import ROW_COLUMNS
from ioscore.rubric import Rubric

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "tests" / "fixtures"
RUBRIC = FIXTURES / "made_up_rubric.yaml"
EVIDENCE = FIXTURES / "made_up_evidence.csv"


@dataclass(frozen=True)
class Run:
    """What a command printed and how it ended."""

    status: int
    out: str
    err: str


def ioscore(*arguments: object, cwd: Path | None = None, **env: str) -> Run:
    """Run the command as a user does, in a process of its own."""
    command = [sys.executable, "-W", "error", "-c", "from ioscore.cli import app; app()"]
    done = subprocess.run(
        [*command, *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        cwd=cwd,
        env={**os.environ, "PYTHONUTF8": "1", **env},
        check=False,
    )
    return Run(done.returncode, done.stdout, done.stderr)


def assert_fails_clearly(run: Run, *words: str) -> None:
    """Assert that a run ended with status 1, one message holding the words, and no traceback."""
    assert run.status == 1, (run.status, run.out, run.err)
    assert "Traceback" not in run.err + run.out
    assert run.err.count("error:") == 1
    for word in words:
        assert word in run.err, (word, run.err)


def evidence_of(*rows: dict[str, str], **fields: object) -> Evidence:
    """Return evidence from rows that name only the columns that matter."""
    defaults = {"organisation": "ALPHA", "criterion": "tools", "effect": "supports"}
    full = []
    for n, row in enumerate(rows):
        act = dict.fromkeys(ROW_COLUMNS, "") | defaults | {"evidence_type": "output"} | row
        act["id"] = act["id"] or f"act{n}"
        act["event_id"] = act["event_id"] or act["id"]
        act["actor"] = act["actor"] or act["organisation"]
        full.append({**act, "where": f"made up, row {n + 2}"})
    return Evidence(rows=pd.DataFrame(full, dtype=object), **fields)  # type: ignore[arg-type]


def flat_rubric(**fields: object) -> Rubric:
    """Return a rubric of two organisations and two leaves."""
    base: dict[str, object] = {
        "name": "made_up_flat",
        "alternatives": {"ALPHA": "Alpha", "BETA": "Beta"},
        "criteria": {"tools": {"weight": 1}, "hindrance": {"weight": 1, "kind": "barrier"}},
    }
    return Rubric.model_validate({**base, **fields})
