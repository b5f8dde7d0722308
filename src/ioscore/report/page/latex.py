"""The tables of a report in LaTeX, for the appendix of a thesis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from ioscore.report.page.document import Document, TableBlock, Text, blocks_of, worded
from ioscore.report.tables import as_latex

PREAMBLE = """\
% Tables of an audit by ioscore. In the preamble: \\usepackage{booktabs,longtable,array}
% and, with pdflatex, \\usepackage[T1]{fontenc}. Other scripts than Latin need lualatex or
% xelatex, with \\usepackage{fontspec} in place of fontenc, and a font that has the script.
"""
LINE, WIDE = 84, 40
"""Small letters on a line, and in a column of words before it is wrapped."""


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
        lines.append(f"\\section*{{{_escaped(_words(section.title))}}}\n")
        for block in shown:
            lines.append(f"\\input{{tables/{block.name}.tex}}\n")
            yield f"tables/{block.name}.tex", _table(block)
    yield "appendix.tex", "\n".join(lines)


def _table(block: TableBlock) -> str:
    """Return one table: broken over pages, its words wrapped."""
    columns = worded(block)
    frame = pd.DataFrame(
        [[_words(row[n].text) for n in columns] for row in block.rows],
        columns=[block.head[n] for n in columns],
    )
    numbers = [any(row[n].number for row in block.rows) for n in columns]
    body = as_latex(frame).split("\\toprule\n", 1)[1].rsplit("\\bottomrule", 1)[0]
    head, rows = body.split("\\midrule\n", 1)
    notes = "".join(f"\\par\\footnotesize {_escaped(_words(note))}\n" for note in block.notes)
    label = block.name.replace("_", "-")
    return (
        "{\\small\\setlength{\\tabcolsep}{4pt}\\setlength{\\LTcapwidth}{\\linewidth}\n"
        f"\\begin{{longtable}}{{@{{}}{_columns(frame, numbers)}@{{}}}}\n"
        f"\\caption{{{_escaped(block.title)}}}\\label{{tab:{label}}}\\\\\n"
        f"\\toprule\n{head}\\midrule\n\\endfirsthead\n\\toprule\n{head}\\midrule\n\\endhead\n"
        f"\\bottomrule\n\\endfoot\n{rows}\\end{{longtable}}\n{notes}}}\n"
    )


def _columns(frame: pd.DataFrame, numbers: Sequence[bool]) -> str:
    """Return the columns: each as wide as its words need, all of them no wider than the page."""
    needs = []
    for n, (head, number) in enumerate(zip(frame.columns, numbers, strict=True)):
        longest = max([0.0, *map(_width, str(head).split())])
        cells = max([0.0, *map(_width, frame.iloc[:, n])])
        needs.append(max(longest, cells if number else min(cells, WIDE)) + 2)
    whole = max(sum(needs), LINE)
    return "".join(
        f">{{\\ragged{'left' if number else 'right'}\\arraybackslash}}"
        f"p{{\\dimexpr {need / whole:.4f}\\linewidth-2\\tabcolsep}}"
        for need, number in zip(needs, numbers, strict=True)
    )


def _width(text: str) -> float:
    """Return how many small letters are about as wide as a text."""
    return len(text) + 0.5 * sum(map(str.isupper, text))


def _words(runs: Text) -> str:
    return "".join(run if isinstance(run, str) else run.text for run in runs)


def _escaped(text: str) -> str:
    frame = pd.DataFrame({"x": [text]})
    return as_latex(frame).split("\\midrule\n", 1)[1].split(" \\\\\n", 1)[0]
