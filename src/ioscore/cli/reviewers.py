"""`ioscore rubric combine`: the weights of a panel of reviewers made into one rubric."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from ioscore.cli.inputs import EvidenceOption, the_rubric, the_study
from ioscore.cli.output import Format, FormatOption, check_new, failures, put, put_json, say
from ioscore.cli.sections import put_sections

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from ioscore.elicitation import Reviewers
    from ioscore.rubric import Rubric

MADE = "Made by ioscore rubric combine"


class Mean(StrEnum):
    """How weights are averaged."""

    arithmetic = "arithmetic"
    geometric = "geometric"


def combine(
    names: Annotated[
        list[str],
        typer.Argument(metavar="RUBRICS...", help="One rubric for each reviewer: YAML files."),
    ],
    mean: Annotated[Mean, typer.Option("--mean", help="Of the reviewers' weights.")] = (
        Mean.arithmetic
    ),
    evidence: EvidenceOption = None,
    form: FormatOption = Format.table,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write the rubric of the group (YAML) to this file."),
    ] = None,
) -> None:
    """Merge the weights of a panel of reviewers, and say how far its members agree.

    Weights are averaged among siblings, node by node. Shown: who differs most on what, each
    reviewer's own ranking, Kendall's W, whether the group's order holds for every member, and the
    order without each of them.
    """
    with failures():
        import pandas as pd

        from ioscore.elicitation import consult_reviewers
        from ioscore.ranking import Ranking, rank
        from ioscore.report.ranking import caveat
        from ioscore.report.reviewers import panel_document, panel_sentences, panel_tables
        from ioscore.rubric import reweight
        from ioscore.rubric.differences import check_only_weights_differ

        _once(names, output)
        rubrics = [the_rubric(name) for name in names]
        check_only_weights_differ(dict(zip(names, rubrics, strict=True)))
        for name, rubric in zip(names, rubrics, strict=True):
            if rubric.description.startswith(MADE):
                say(f"note: {name} is itself the rubric of a group; it counts as one reviewer")
        _note_analysis(names, rubrics)
        study = the_study(evidence, rubrics[0])

        def ranking(weights: pd.Series) -> Ranking:
            return rank(study.scores, reweight(rubrics[0], weights.to_dict()))

        def order(weights: pd.Series) -> pd.Series:
            ranks = ranking(weights).table.set_index("organisation")["rank"]
            return ranks.loc[list(study.scores.matrix.index)]

        weights = pd.DataFrame(
            [{node.path: node.weight for node in rubric.nodes()} for rubric in rubrics],
            index=[rubric.name for rubric in rubrics],
        )
        panel = consult_reviewers(weights, order, mean=mean.value)
        group = ranking(panel.group)
        text = _file(panel, names, rubrics, output) if output is not None else ""
        if form is Format.json:
            put_json(panel_document(panel, group))
        else:
            put_sections(panel_sentences(panel, group), panel_tables(panel), form)
            say(caveat(study.selection))
        if output is not None:
            put(text, output)
            say(f"rank by it: ioscore rank --rubric {quote(str(output))}")


def _once(names: Sequence[str], output: Path | None) -> None:
    from ioscore.errors import InputError, Problem
    from ioscore.io.answers import YAML

    seen: dict[Path, str] = {}
    for name in names:
        path = Path(name).resolve()
        if path in seen:
            mend = "Name each reviewer once."
            raise InputError(Problem(where=name, found="it is named twice", mend=mend))
        seen[path] = name
    if output is not None and output.resolve() in seen:
        found = "the group would be written over a reviewer"
        raise InputError(Problem(where=str(output), found=found, mend="Choose another name."))
    if output is not None:
        check_new(output, YAML)


def _note_analysis(names: Sequence[str], rubrics: Sequence[Rubric]) -> None:
    """Say what a panel differs in that moves no rank: the first member's is taken."""
    from ioscore.rubric.differences import all_differences

    others = [one for rubric in rubrics[1:] for one in all_differences(rubrics[0], rubric)]
    what = dict.fromkeys(one.what for one in others if one.kind == "analysis")
    if what:
        say(f"note: they differ in {', '.join(what)}, too; that of {names[0]} is taken")


def _file(panel: Reviewers, names: Sequence[str], rubrics: Sequence[Rubric], output: Path) -> str:
    from ioscore.io.weights import common_base, named_from, weights_file

    base = common_base(names, rubrics)
    before = {node.path: node.weight for node in the_rubric(str(base)).nodes()}
    changed = {
        path.rpartition("/")[0]
        for path, weight in before.items()
        if abs(weight - panel.group[path]) > 1e-12
    }
    members = ", ".join(map(str, panel.weights.index))
    return weights_file(
        {path: float(panel.group[path]) for path in before if path.rpartition("/")[0] in changed},
        extends=named_from(base, output),
        name=output.stem,
        title=f"Weights of a panel of {len(names)} reviewers",
        description=f"{MADE}: {panel.mean} mean, among siblings, of the weights of {members}.",
    )
