"""The explorer in a cell of a notebook, its weights in step with Python's."""

from __future__ import annotations

from functools import cache
from html import escape
from math import isnan
from typing import Any

from ioscore.errors import IoscoreError, Problem
from ioscore.report.explorer.data import explorer_document
from ioscore.report.explorer.page import module_text, style_text
from ioscore.rubric import Rubric, reweight
from ioscore.study import Study
from ioscore.study.exploration import explore_study


def explore(study: Study) -> Any:
    """Show the explorer of a study in JupyterLab.

    Parameters
    ----------
    study : Study
        From `run_study`.

    Returns
    -------
    anywidget.AnyWidget
        Show it as the last line of a cell. `widget.weights` holds the weight of every criterion,
        by path, on the scale on which the rubric writes them: moving a slider changes it, and
        setting it, whole or in part, moves the sliders. ``reweight(study.rubric, widget.weights)``
        is the rubric that is seen. In a page without widgets the order stands in its place.

    Raises
    ------
    RubricError
        For a rubric whose method is no mean; and when `weights` is set to something that
        `reweight` does not take.
    IoscoreError
        Without anywidget.
    """
    try:
        widget = _widget()
    except ImportError:
        raise IoscoreError(
            Problem(
                where="explore",
                found="anywidget is not installed",
                mend="Install the extra: pip install 'ioscore[lab]'.",
            )
        ) from None
    document = explorer_document(explore_study(study))
    written = {node["path"]: node["written"] for node in document["nodes"]}
    return widget(rubric=study.rubric, still=_still(study), document=document, weights=written)


def _still(study: Study) -> str:
    """Return what stands in place of the explorer in a page without widgets, as HTML."""
    order = ", ".join(
        str(row.organisation) if isnan(row.rank) else f"{row.organisation} {row.score:.3f}"
        for row in study.ranking.table.itertuples(index=False)
    )
    return (
        f"<p>The explorer of {escape(study.rubric.title or study.rubric.name)} stands here while the "
        f"notebook runs. By the weights of the rubric the order is: {escape(order)}. To move them "
        "run the notebook, or "
        "<code>ioscore explore</code> in a terminal.</p>"
    )


@cache
def _widget() -> Any:
    """Return the class of the widget, made when it is first asked for."""
    import anywidget
    import traitlets

    class Explorer(anywidget.AnyWidget):
        """The explorer; see `explore`."""

        _esm = module_text()
        _css = style_text()
        document = traitlets.Dict().tag(sync=True)
        weights = traitlets.Dict().tag(sync=True)

        def __init__(
            self, *, rubric: Rubric, still: str, document: dict[str, Any], **fields: Any
        ) -> None:
            self._rubric, self._still = rubric, still
            super().__init__(document=document, **fields)

        def _repr_mimebundle_(self, **how: Any) -> tuple[dict[str, Any], dict[str, Any]]:
            data, metadata = super()._repr_mimebundle_(**how) or ({}, {})
            return {**data, "text/html": self._still}, metadata

        @traitlets.validate("weights")
        def _complete(self, proposal: Any) -> dict[str, float]:
            given = {str(path): float(weight) for path, weight in proposal["value"].items()}
            reweight(reweight(self._rubric, self.weights), given)
            by_id = {path.rpartition("/")[2]: weight for path, weight in given.items()}
            return {
                node["path"]: by_id.get(
                    node["path"].rpartition("/")[2], self.weights.get(node["path"], node["written"])
                )
                for node in self.document["nodes"]
            }

    return Explorer
