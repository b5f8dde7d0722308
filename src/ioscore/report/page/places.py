"""What things are called in a report, and where links to them lead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from ioscore.audit import Audit
from ioscore.errors import NotApplicable
from ioscore.report.page.document import Foreign, Link, Run
from ioscore.report.regression.common import Sizes


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What an audit does not know of itself.

    Attributes
    ----------
    question : str
    sources : pandas.DataFrame
        `id`, `title`, `author`, `year`, `kind`, `words`; texts. Empty where no table of sources is.
    command : str
        That makes the report again.
    draws, evidence_draws, seed : int
        Of the analyses of sensitivity.
    sizes : mapping
        Methods that reject too often, as in `ioscore.report.regression.common.inference_table`.
    extends : str
        How a downloaded rubric names the one that it changes.
    evidence : str
        How a command names the evidence; empty for the shipped one.
    """

    question: str
    sources: pd.DataFrame
    command: str
    draws: int
    evidence_draws: int
    seed: int
    sizes: Sizes
    extends: str
    evidence: str


@dataclass(frozen=True, kw_only=True)
class Places:
    """Labels and anchors; every anchor is unique and holds only letters, digits and hyphens.

    Attributes
    ----------
    labels : mapping of str to str
        Of each criterion by its path, those above it in front.
    paths : mapping of str to str
        Of each criterion by its id, and by the path itself.
    organisations, claims, sources : mapping of str to str
        Anchors by id.
    cells : mapping of (str, str) to str
        Anchors by organisation and leaf.
    """

    labels: Mapping[str, str]
    paths: Mapping[str, str]
    organisations: Mapping[str, str]
    claims: Mapping[str, str]
    sources: Mapping[str, str]
    cells: Mapping[tuple[str, str], str]

    def organisation(self, name: str) -> Run:
        """Return a link to the page of an organisation."""
        anchor = self.organisations.get(name)
        return Foreign(name) if anchor is None else Link(name, f"#{anchor}")

    def source(self, name: str) -> Run:
        """Return a link to a source in the list of sources."""
        anchor = self.sources.get(name)
        return Foreign(name) if anchor is None else Link(name, f"#{anchor}")

    def words(self, line: str) -> str:
        """Return a sentence of a result with the names of files turned into words.

        ``strength_scale=flat`` becomes “strength scale: flat”, a path its label.
        """
        line = _PAIR.sub(lambda m: f"{m[1]}: {m[2]}".replace("_", " "), line.replace("`", ""))
        return _NAME.sub(lambda m: self.labels.get(self.paths.get(m[0], ""), m[0]), line)


_PAIR = re.compile(r"\b([a-z_]+)=([a-z0-9_]+)")
_NAME = re.compile(r"\b[a-z]+(?:[_/][a-z_/]+)+\b")


def places_of(audit: Audit) -> Places:
    """Return labels and anchors of everything that a report on an audit links to."""
    study = audit.study
    nodes = {node.path: node.label for node in study.rubric.nodes()}
    labels = {
        path: ": ".join(
            nodes["/".join(path.split("/")[: n + 1])] for n in range(path.count("/") + 1)
        )
        for path in nodes
    }
    names = list(study.selection.organisations)
    organisations = anchors("org", names)
    pairs = [(name, leaf) for name in names for leaf in study.scores.matrix.columns]
    cells = anchors("cell", [f"{name} {leaf}" for name, leaf in pairs])
    sources = list(dict.fromkeys(filter(None, study.evidence.rows["source"])))
    ids = [] if isinstance(audit.verdicts, NotApplicable) else list(audit.verdicts.table["id"])
    return Places(
        labels=labels,
        paths={key: n.path for n in study.rubric.nodes() for key in (n.id, n.path)},
        organisations=organisations,
        claims=anchors("claim", ids),
        sources=anchors("source", sources),
        cells={(name, leaf): cells[f"{name} {leaf}"] for name, leaf in pairs},
    )


def anchors(what: str, keys: Iterable[str]) -> dict[str, str]:
    """Return an anchor for each key: its plain letters and digits, numbered where two are alike."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for key in keys:
        letters = (c if c.isascii() and c.isalnum() else "-" for c in key.lower())
        slug = "-".join(filter(None, "".join(letters).split("-")))[:60].strip("-")
        base = slug if slug.startswith(f"{what}-") else f"{what}-{slug}".strip("-")
        anchor, n = base, 1
        while anchor in taken:
            n += 1
            anchor = f"{base}-{n}"
        taken.add(anchor)
        found[key] = anchor
    return found
