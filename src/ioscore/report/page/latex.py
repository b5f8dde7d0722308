"""The tables of a report in LaTeX, for the appendix of a thesis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from ioscore.report.page.document import Document, Section, TableBlock, blocks_of
from ioscore.report.tables import as_latex

PREAMBLE = """\
% Tables of an audit by ioscore. In the preamble: \\usepackage{booktabs,longtable,array}
% and for other scripts than Latin an engine that knows them (lualatex, xelatex).
"""


def latex_files(document: Document) -> Iterator[tuple[str, str]]:
    """Yield name and text of the LaTeX files of a report.

    Parameters
    ----------
    document : Document

    Yields
    ------
    (str, str)
        ``appendix.tex``, which takes in all others, and one file for each table that the report
        shows, as it shows it.
    """
    lines = [PREAMBLE]
    for section in document.sections:
        shown = [b for b in blocks_of(section) if isinstance(b, TableBlock) and b.rows]
        if not shown:
            continue
        lines.append(f"\\section*{{{_escaped(_title(section))}}}\n")
        for block in shown:
            lines.append(f"\\input{{tables/{block.name}.tex}}\n")
            yield f"tables/{block.name}.tex", _table(block)
    yield "appendix.tex", "\n".join(lines)


def _table(block: TableBlock) -> str:
    """Return one table: broken over pages, its words wrapped."""
    frame = pd.DataFrame(
        [["".join(r if isinstance(r, str) else r.text for r in cell.text) for cell in row]
         for row in block.rows],
        columns=list(block.head),
    )  # fmt: skip
    numbers = [any(row[n].number for row in block.rows) for n in range(len(block.head))]
    body = as_latex(frame).split("\\toprule\n", 1)[1].rsplit("\\bottomrule", 1)[0]
    head, rows = body.split("\\midrule\n", 1)
    notes = "".join(
        f"\\par\\footnotesize {_escaped(''.join(r if isinstance(r, str) else r.text for r in note))}\n"
        for note in block.notes
    )
    return (
        f"{{\\small\n\\begin{{longtable}}{{{_columns(frame, numbers)}}}\n"
        f"\\caption{{{_escaped(block.title)}}}\\label{{tab:{block.name.replace('_', '-')}}}\\\\\n"
        f"\\toprule\n{head}\\midrule\n\\endfirsthead\n\\toprule\n{head}\\midrule\n\\endhead\n"
        f"\\bottomrule\n\\endfoot\n{rows}\\end{{longtable}}\n{notes}}}\n"
    )


def _columns(frame: pd.DataFrame, numbers: Sequence[bool]) -> str:
    """Return the columns: numbers to the right, words in widths by how long they are."""
    longest = [max([len(str(c)), *frame.iloc[:, n].str.len()]) for n, c in enumerate(frame)]
    wide = [min(length, 60) for length in longest]
    total = sum(w for w, number in zip(wide, numbers, strict=True) if not number) or 1
    room = max(0.3, 0.95 - 0.075 * sum(numbers))
    return "".join(
        "r"
        if number
        else f">{{\\raggedright\\arraybackslash}}p{{{room * width / total:.3f}\\linewidth}}"
        for width, number in zip(wide, numbers, strict=True)
    )


def _title(section: Section) -> str:
    return "".join(run if isinstance(run, str) else run.text for run in section.title)


def _escaped(text: str) -> str:
    frame = pd.DataFrame({"x": [text]})
    return as_latex(frame).split("\\midrule\n", 1)[1].split(" \\\\\n", 1)[0]
