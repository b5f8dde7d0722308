"""Every figure of a result, whatever its type."""

from __future__ import annotations

import textwrap
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import partial
from html import escape
from importlib import import_module

from matplotlib.figure import Figure

from ioscore.errors import IoscoreError, NotApplicable, Problem
from ioscore.report.figures.style import image, sheet
from ioscore.report.summaries import ANALYSES, Result, one_of, parts_of

SEIZURES = "UNODC annual drug seizures and World Drug Report annexes; ioscore, data/outcomes"


class Pictures(dict[str, Figure]):
    """Figures by name, which a notebook shows one below the other as they would be saved."""

    def _repr_html_(self) -> str:
        return "\n".join(_shown(name, figure) for name, figure in self.items())


def _shown(name: str, figure: Figure) -> str:
    """Return a figure in the size that it was drawn in, with its name below."""
    wide = round(96 * figure.get_figwidth())
    data = b64encode(image(figure, "png")).decode()
    return (
        f'<figure style="margin: 0.5em 0"><img style="width: {wide}px; max-width: 100%" '
        f'alt="{escape(_title(figure))}" src="data:image/png;base64,{data}">'
        f"<figcaption><code>{escape(name)}</code></figcaption></figure>"
    )


def _title(figure: Figure) -> str:
    """Return what stands above a figure, and what it rests on."""
    titles = [figure.get_suptitle(), *(axes.get_title(loc="left") for axes in figure.axes)]
    words = [next(filter(None, titles), "Figure"), figure.get_supxlabel()]
    return ". ".join(" ".join(text.split()) for text in words if text)


def figures(result: Result, *names: str, source: str | None = None) -> Pictures:
    """Draw a result.

    Parameters
    ----------
    result : Study, Ranking, Evidence, Agreement, Panel, Audit, or the result of an analysis
        Of what is not applicable there is one figure, `nothing`, which gives the reason.
    *names : str
        Draw these only; without names, all that there are.
    source : str, optional
        What the figures rest on, for the line below them; without it, as the result says.

    Returns
    -------
    Pictures
        Figures by name: a dictionary, which a notebook shows.

    Raises
    ------
    IoscoreError
        For a name that no figure of this result has.
    TypeError
        For anything else than the results above.
    """
    found = _drawn(result, source)
    if "nothing" in found:
        names = ()
    if strange := [name for name in names if name not in found]:
        raise IoscoreError(
            Problem(
                where=f"figures of {type(result).__name__}",
                found=f"there is no figure {', '.join(strange)}",
                mend=f"There are: {', '.join(found) or 'none, see its summary'}.",
            )
        )
    for figure in found.values():
        # Figures that no plotting window holds are shown as a line of text otherwise.
        vars(figure)["_repr_png_"] = partial(image, figure, "png")
    return Pictures({name: found[name] for name in names or found})


def _drawn(result: Result, source: str | None) -> Mapping[str, Figure]:
    name = type(result).__name__
    line = _source(result) if source is None else source
    if isinstance(result, NotApplicable):
        return {"nothing": _note(f"Not applicable: {result.reason}.", line)}
    if name in ANALYSES:
        module = import_module(f"ioscore.report.regression.{ANALYSES[name]}")
        found: dict[str, Figure] = module.figures(result, line)
        return found or {"nothing": _note("Nothing can be drawn: see the summary.", line)}
    if name == "Audit":
        return {
            f"{part}_{key}": figure
            for part, value in parts_of(result).items()
            for key, figure in figures(value, source=source).items()
        }
    drawn: dict[str, Figure] = one_of(_DRAWN, name)(result, line)
    return drawn


def _source(result: Result) -> str:
    name = type(result).__name__
    if name == "Panel" or name in ANALYSES:
        return SEIZURES
    if name == "Ranking":
        return f"ioscore, rubric {result.rubric.name}"
    if name == "Study":
        sources = ", ".join(filter(None, result.selection.sources))
        where = f" in {sources}" if sources else ""
        return f"ioscore, rubric {result.rubric.name}: documented effort{where}, not effect"
    if name == "Evidence":
        return "ioscore: words of a paragraph are shared by all that are coded in it"
    if name == "Agreement":
        return f"ioscore: readings {' and '.join(result.coders)}"
    return "ioscore"


def _study(study: Result, source: str) -> dict[str, Figure]:
    from ioscore.report.figures.ranking import cells

    order, scores = list(study.ranking.table["organisation"]), study.scores
    return {
        "contributions": _contributions(study.ranking, list(scores.matrix.index), source),
        "cells": cells(
            scores.matrix.loc[order], scores.states.loc[order], "Score of every cell", source
        ),
        "coverage": _coverage(
            study.evidence,
            list(study.selection.organisations),
            source if source != _source(study) else _source(study.evidence),
        ),
    }


def _ranking(ranking: Result, source: str) -> dict[str, Figure]:
    # A ranking is in its own order; only the rubric has one that stays.
    names = list(ranking.rubric.alternatives) or sorted(ranking.table["organisation"])
    return {"contributions": _contributions(ranking, names, source)}


def _contributions(ranking: Result, names: list[str], source: str) -> Figure:
    from ioscore.report.figures.ranking import contributions

    parts = ranking.contributions
    title = "Scores, and what each criterion adds" if parts.shape[1] else "Scores"
    labels = {node.id: (node.label, node.share) for node in ranking.rubric.top()}
    return contributions(ranking.table, parts, labels, names, title, source)


def _evidence(evidence: Result, source: str) -> dict[str, Figure]:
    return {"coverage": _coverage(evidence, [], source)}


def _coverage(evidence: Result, names: list[str], source: str) -> Figure:
    from ioscore.evidence import coverage
    from ioscore.report.figures.evidence_base import coverage as drawn

    title = "Who is written about, and how much of it is coded: all sources"
    return drawn(coverage(evidence), names, list(evidence.kinds), title, source)


def _agreement(found: Result, source: str) -> dict[str, Figure]:
    from ioscore.evidence.agreement import ENOUGH
    from ioscore.report.figures.evidence_base import agreement, agreement_by, confusion

    made = {
        "agreement": agreement(
            found.table,
            ENOUGH,
            f"{found.units:,} paragraphs",
            "How far the readings of the same paragraphs agree",
            source,
        )
    }
    for column, table in (("criterion", found.by_criterion), ("source", found.by_source)):
        if len(table):
            title = f"How far they agree, by {column}"
            made[f"by_{column}"] = agreement_by(table, column, ENOUGH, title, source)
    if "criterion" in found.confusion and not found.confusion["criterion"].empty:
        title = "What one reading calls what the other finds"
        made["confusion"] = confusion(found.confusion["criterion"], "criterion", title, source)
    return made


def _weights(result: Result, source: str) -> dict[str, Figure]:
    from ioscore.report.figures.sensitivity import of_weight_sensitivity

    return of_weight_sensitivity(result, source)


def _on_evidence(result: Result, source: str) -> dict[str, Figure]:
    from ioscore.report.figures.sensitivity import of_evidence_sensitivity

    return of_evidence_sensitivity(result, source)


def _choices(result: Result, source: str) -> dict[str, Figure]:
    from ioscore.report.figures.sensitivity import of_choice_sensitivity

    return of_choice_sensitivity(result, source)


def _panel(panel: Result, source: str) -> dict[str, Figure]:
    from ioscore.report.panel import missing_figure

    return {"missing": missing_figure(panel, source)}


def _note(text: str, source: str) -> Figure:
    """Return a sheet with a sentence in place of a figure."""
    lines = textwrap.wrap(text.replace("$", r"\$"), 90)
    with sheet(7.2, 0.9 + 0.2 * len(lines), source) as figure:
        figure.text(0.01, 0.6, "\n".join(lines), fontsize=9, va="center")
    return figure


_DRAWN: dict[str, Callable[[Result, str], dict[str, Figure]]] = {
    "Study": _study,
    "Ranking": _ranking,
    "Evidence": _evidence,
    "Agreement": _agreement,
    "WeightSensitivity": _weights,
    "EvidenceSensitivity": _on_evidence,
    "ChoiceSensitivity": _choices,
    "Panel": _panel,
}
