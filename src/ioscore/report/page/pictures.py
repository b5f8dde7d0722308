"""Which figures a report has, what they are called, and their bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ioscore.audit import Audit
from ioscore.audit.tasks import Task, do_all
from ioscore.errors import NotApplicable
from ioscore.report.page.document import PictureBlock
from ioscore.report.sentences import listed
from ioscore.study import Study

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 100
"""Of the PNG files: sharp on a page, small enough to be sent."""
FEW, MOST = 8, 20
"""So many organisations and criteria can be drawn together."""
CRITERIA, TITLE = "criteria", "Every organisation, criterion by criterion"
CHOSEN: dict[str, tuple[str, ...]] = {
    "study": ("contributions",),
    "agreement": ("agreement",),
    "weights": ("rank_acceptability", "stability_intervals", "central_weights"),
    "evidence": ("influence", "ranks_readings"),
    "choices": ("ranks_over_worlds", "first_by_choice", "variance_of_choices"),
    "series": ("fit",),
    "panel": ("coefficients",),
    "event": ("periods_",),
    "synth": ("paths_",),
    "dose": ("dose_paths",),
    "curve": ("overview",),
}
"""Figures of each part of an audit that the report shows, by the beginning of their names."""
SAYS = {
    "contributions": (
        "Scores, and what each criterion adds to them",
        "Bars for the score of each organisation with a line for all that missing cells could make "
        "of it, and beside them bars for what each criterion adds.",
    ),
    "agreement": (
        "How far the readings agree",
        "Alpha of each coded variable as a dot with its 95% interval, against the bound for enough.",
    ),
    "rank_acceptability": (
        "Ranks over all weights",
        "A grid of organisations by ranks; each cell has the share of all weights that gives the "
        "organisation that rank.",
    ),
    "stability_intervals": (
        "How far each weight can move",
        "For each criterion the interval of its weight over which the first stays first, with who "
        "takes over beyond it.",
    ),
    "central_weights": (
        "Mean weights that put each first",
        "For each criterion the mean weight among all weights that put an organisation first.",
    ),
    "influence": (
        "What the scores rest on",
        "Bars for the greatest change of a score when one coder, event, year or criterion is left "
        "out; dark bars also change the first place.",
    ),
    "ranks_readings": (
        "Ranks when each act is taken from either coder",
        "A grid of organisations by ranks; each cell has the share of draws with that rank.",
    ),
    "ranks_over_worlds": (
        "Ranks over all combinations of choices",
        "A grid of organisations by ranks; each cell has the share of combinations with that rank.",
    ),
    "first_by_choice": (
        "Who is first, by the level of each choice",
        "For each level of each choice the share of combinations in which each organisation is "
        "first.",
    ),
    "variance_of_choices": (
        "Which choices decide",
        "For each choice how much of the differences between combinations it explains, by itself "
        "and with the others.",
    ),
    "fit": (
        "Seizures in Tajikistan and the years in question",
        "Yearly seizures as dots on a logarithmic scale, with the fitted lines between the years in "
        "question and the line without breaks carried on.",
    ),
    "coefficients": (
        "Seized where and while an instrument is at work",
        "For each instrument how many times as much is seized, with the interval by every method.",
    ),
    "periods_": (
        "Seizures before and after the start",
        "For each year before and after the start the seizures relative to the year before it, with "
        "intervals and the band that permuted starts give.",
    ),
    "paths_": (
        "Tajikistan against its synthetic control",
        "Seizures of the country and of its synthetic control by year, and the same gap for other "
        "countries as if each had been the treated one.",
    ),
    "dose_paths": (
        "Seizures and yearly scores",
        "Seizures in Tajikistan by year, and below them the yearly score of each organisation with "
        "the number of dated rows behind it.",
    ),
    "overview": (
        "Every specification of the plan",
        "For each instrument the coefficients of all specifications from the lowest to the highest, "
        "inside or outside the band that permutations give.",
    ),
}
"""Title, and what can be seen, of each figure."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A figure of the report.

    Attributes
    ----------
    block : PictureBlock
    part : str
        Of the audit.
    svg : str
    png : bytes
    """

    block: PictureBlock
    part: str
    svg: str
    png: bytes


def pictures(audit: Audit, numbers: str, *, jobs: int = 1) -> list[Picture]:
    """Draw every figure of a report.

    Parameters
    ----------
    audit : Audit
    numbers : str
        The scores in a sentence, for those who do not see the figures.
    jobs : int
        Processes, >= 1; changes no figure.

    Returns
    -------
    list of Picture
    """
    tasks = [
        Task(
            key=(part,),
            work=_drawn,
            arguments={"result": result, "source": _rests_on(part, audit.study)},
        )
        for part, result in _parts(audit)
        if not isinstance(result, NotApplicable)
    ]
    made = []
    for (part,), drawn in do_all(tasks, jobs=jobs).items():
        for name, (svg, png) in drawn.items():
            title, alt = _said(part, name, audit, numbers)
            called = f"{part}_{name.removeprefix(f'{part}_')}" if part != CRITERIA else CRITERIA
            block = PictureBlock(name=called, title=title, alt=alt)
            made.append(Picture(block=block, part=part, svg=svg, png=png))
    return made


def _drawn(
    key: tuple[str, ...], *, result: Any, source: str | None
) -> dict[str, tuple[str, bytes]]:
    """Return the chosen figures of one part as SVG and PNG, by name."""
    from ioscore.report.gallery import figures

    if key[0] == CRITERIA:
        found = _criteria(result)
    else:
        chosen = CHOSEN[key[0]]
        drawn = figures(result, source=source)
        found = {n: f for n, f in drawn.items() if n.startswith(chosen)}
    return {name: image_files(figure) for name, figure in found.items()}


def _said(part: str, name: str, audit: Audit, numbers: str) -> tuple[str, str]:
    """Return title and alternative text of a figure."""
    if part == CRITERIA:
        return TITLE, f"For each criterion one mark for each organisation. {_highest(audit.study)}"
    key = next(key for key in CHOSEN[part] if name.startswith(key))
    title, alt = SAYS[key]
    if rest := name.removeprefix(key):
        title = f"{title}: {_words(rest, audit)}"
    return title, f"{alt} {numbers}" if part == "study" else alt


def _words(text: str, audit: Audit) -> str:
    """Return part of a name as words, organisations as they are called."""
    called = {name.lower(): name for name in audit.study.selection.organisations}
    return " ".join(called.get(word, word) for word in text.split("_"))


def _parts(audit: Audit) -> Iterator[tuple[str, Any]]:
    """Yield the parts of an audit that have figures; of seizures those of the plan's outcome."""
    for name in ("study", "agreement", "weights", "evidence", "choices"):
        yield name, getattr(audit, name)
    if not isinstance(audit.outcomes, NotApplicable):
        for name, by_outcome in audit.outcomes.items():
            yield from ((name, result) for result in list(by_outcome.values())[:1])
    yield CRITERIA, audit.study


def _criteria(study: Study) -> dict[str, Figure]:
    """Return the figure of all organisations by criterion, where they are few enough."""
    from ioscore.report.page.criteria_figure import criteria_figure

    scores = study.ranking.criterion_scores
    if len(scores) > FEW or scores.shape[1] > MOST or scores.isna().all(axis=None):
        return {}
    figure = criteria_figure(
        scores,
        {node.id: (node.label, node.share) for node in study.rubric.top()},
        list(study.selection.organisations),
        TITLE,
        _effort(study),
    )
    return {CRITERIA: figure}


def _rests_on(part: str, study: Study) -> str | None:
    """Return what the figures of a part rest on; None where its result says it by itself."""
    return _effort(study) if part in ("weights", "evidence", "choices") else None


def _effort(study: Study) -> str:
    return f"ioscore, rubric {study.rubric.name}: documented effort, not effect"


def _highest(study: Study) -> str:
    """Return who is highest in each criterion."""
    scores = study.ranking.criterion_scores
    best = [
        f"{node.label}: {scores[node.id].idxmax()}"
        for node in study.rubric.top()
        if node.id in scores and scores[node.id].notna().any()
    ]
    return f"Highest in {listed(best)}."


def image_files(figure: Figure) -> tuple[str, bytes]:
    """Return a figure as SVG (text) and PNG (bytes), without dates."""
    from io import BytesIO

    from ioscore.report.figures.style import image

    svg = tidy(image(figure, "svg").decode())
    # Both forms get one layout: laid out anew, it could come out otherwise.
    figure.set_layout_engine("none")
    out = BytesIO()
    figure.savefig(out, format="png", dpi=DPI, metadata={"Software": "ioscore"})
    return svg, out.getvalue()


def tidy(svg: str) -> str:
    """Return an SVG without what nobody sees: comments, blanks, digits beyond 0.01 points.

    So it is smaller by a third, and the last digit of a processor does not show. Names of clips and
    markers, which matplotlib makes of unrounded places, are numbered in their order.
    """
    svg = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"\s+", " ", svg).replace("> <", "><")
    svg = re.sub(r' "(?=[ />])', '"', svg)
    names = dict.fromkeys(re.findall(r'(?<= id=")(?:[a-z]|image)[0-9a-f]{10}(?=")', svg))
    for number, name in enumerate(names, start=1):
        svg = svg.replace(name, f"{name[0]}{number}")
    return re.sub(r"scale\([^)]*\)|-?\d+\.\d{3,}|-0(?![.\d])", _rounded, svg).strip() + "\n"


def _rounded(match: re.Match[str]) -> str:
    text = match[0]
    # A scale is a factor: what is cut off there is multiplied.
    if text.startswith("scale"):
        return text
    short = f"{float(text):.2f}".rstrip("0").rstrip(".")
    return "0" if short == "-0" else short
