"""A reviewer's answers from CSV or YAML, and templates to fill in."""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from ioscore.elicitation import COLUMNS, METHODS, Answer, Answers, AnswersError, Method
from ioscore.elicitation.questions import ROLES, both_ends, explanation, question
from ioscore.errors import IoscoreWarning, Problem
from ioscore.io import yaml_lines
from ioscore.io.files import read_text
from ioscore.io.tables import read_table

YAML = (".yaml", ".yml")
_BESIDE = ("name", "note", "question")
_KEYS = ("method", "reviewer", "note", "answers")


def read_answers(path: Path, method: Method) -> Answers:
    """Read a reviewer's answers.

    Parameters
    ----------
    path : Path
        A CSV file with `criterion` and the columns of the method (`ioscore.elicitation.COLUMNS`),
        one row for each criterion, or pair; or a YAML file with `answers`, and `reviewer` and
        `method` if wanted.
    method : str

    Returns
    -------
    Answers
        As written; the reviewer is named by the file where the file names none.

    Raises
    ------
    InputError, EvidenceError, RubricError
        When the file cannot be read, or is broken CSV or YAML.
    AnswersError
        For a column or key that is missing, or answers by another method.
    """
    if path.suffix.lower() in YAML:
        return _from_yaml(path, method)
    table = read_table(path, remarks=True)
    given = [str(name) for name in table.columns if name != "where"]
    needed = ("criterion", *COLUMNS[method])
    if lacking := [name for name in needed if name not in given]:
        found = f"no column {', '.join(lacking)}; there are {', '.join(given)}"
        raise AnswersError(
            Problem(where=f"{path}, row 1", found=found, mend=_other(given, method, path))
        )
    roles = ("role",) if method == "bwm" else ()
    if unused := [name for name in given if name not in (*needed, *roles, *_BESIDE)]:
        text = f"{path}: columns not used: {', '.join(unused)} (used are {', '.join(needed)})"
        warnings.warn(text, IoscoreWarning, stacklevel=2)
    kept = [name for name in (*COLUMNS[method], *roles) if name in given]
    rows = tuple(
        Answer(
            where=row["where"],
            criterion=row["criterion"],
            values={name: row[name] for name in kept},
        )
        for row in table.to_dict("records")
    )
    return Answers(method=method, reviewer=path.stem, source=str(path), rows=rows)


def template(
    method: Method,
    siblings: Mapping[str, Sequence[str]],
    labels: Mapping[str, str],
    *,
    yaml: bool = False,
) -> str:
    """Return a file for a reviewer to fill in.

    Parameters
    ----------
    method : str
    siblings : mapping of str to sequence of str
        Paths of the criteria to be weighed, by the path of what they are parts of.
    labels : mapping of str to str
        Name of each criterion, by path.
    yaml : bool
        YAML instead of CSV.

    Returns
    -------
    str
        With what is asked for above, after ``#``, and a question beside each empty field.
    """
    asked = list(_asked(method, siblings, labels))
    if yaml:
        return _yaml_template(method, asked)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    roles = ("role",) if method == "bwm" else ()
    writer.writerow([f"# {explanation(method)}"])
    if method == "bwm":
        writer.writerow([f"# {ROLES}"])
    columns = [name for name in COLUMNS[method] if name != "than"]
    pair = ("than",) if method == "ahp" else ()
    writer.writerow(["criterion", *pair, *columns, *roles, "question"])
    for path, than, text in asked:
        blank = [""] * (len(columns) + len(roles))
        writer.writerow([path, *([than] if pair else []), *blank, text])
    return out.getvalue()


def _asked(
    method: Method, siblings: Mapping[str, Sequence[str]], labels: Mapping[str, str]
) -> Iterator[tuple[str, str, str]]:
    """Yield criterion, the one it is compared with or "", and the question."""
    for paths in siblings.values():
        if method == "ahp":
            for one, other in combinations(paths, 2):
                yield one, other, question("times", labels[one], labels[other])
        else:
            for path in paths:
                label = labels[path]
                both = method == "bwm"
                yield path, "", both_ends(label) if both else question(COLUMNS[method][0], label)


def _yaml_template(method: Method, asked: Sequence[tuple[str, str, str]]) -> str:
    roles = [f"# {ROLES}"] if method == "bwm" else []
    lines = [f"# {explanation(method)}", *roles, f"method: {method}", "reviewer:", "answers:"]
    last = ""
    for path, than, text in asked:
        remark = " ".join(text.split())
        if method == "ahp":
            lines += [f"  {path}:"] * (path != last) + [f"    {than}:   # {remark}"]
        elif method == "bwm":
            fields = ", ".join(f"{column}: " for column in (*COLUMNS[method], "role"))
            lines += [f"  # {remark}", f"  {path}: {{{fields}}}"]
        else:
            lines.append(f"  {path}:   # {remark}")
        last = path
    return "\n".join(lines) + "\n"


def _from_yaml(path: Path, method: Method) -> Answers:
    data, lines = yaml_lines.load(read_text(path), str(path), as_written=True)

    def wrong(found: str, mend: str, *key: str) -> AnswersError:
        where = f"{path}, line {lines.get(key, 1)}" + (f", {key[-1]}" if key else "")
        return AnswersError(Problem(where=where, found=found, mend=mend))

    for key in data:
        if key not in _KEYS:
            raise wrong("unknown key", f"There are {', '.join(_KEYS)}.", key)
    if data.get("method") not in (None, "", method):
        mend = f"Then: ioscore weights {data['method']} {path}"
        raise wrong(f"answers by {data['method']}, read as {method}", mend, "method")
    answers = data.get("answers")
    if not isinstance(answers, dict):
        mend = "Write a line for each criterion under `answers:`; --template shows how."
        raise wrong("there are no answers", mend, *(["answers"] if "answers" in data else []))
    rows: list[Answer] = []
    for criterion, value in answers.items():
        if len(COLUMNS[method]) == 1:
            fields: dict[str, Any] = {COLUMNS[method][0]: value}
        elif isinstance(value, dict):
            fields = value
        else:
            shape = (
                "{than: times, ...}"
                if method == "ahp"
                else "{best_to_others: ..., others_to_worst: ...}"
            )
            raise wrong(f"found {value}", f"Write {criterion}: {shape}.", "answers", criterion)
        where = f"{path}, line {lines['answers', criterion]}"
        if method == "ahp":
            for than, times in fields.items():
                rows.append(
                    Answer(
                        where=f"{path}, line {lines['answers', criterion, than]}",
                        criterion=criterion,
                        values={"than": than, "times": _text(times)},
                    )
                )
            continue
        for name in fields:
            if name not in (*COLUMNS[method], "role"):
                known = ", ".join((*COLUMNS[method], "role"))
                raise wrong("unknown key", f"There are {known}.", "answers", criterion, name)
        values = {name: _text(field) for name, field in fields.items()}
        rows.append(Answer(where=where, criterion=criterion, values=values))
    return Answers(
        method=method,
        reviewer=_text(data.get("reviewer")) or path.stem,
        source=str(path),
        rows=tuple(rows),
    )


def _text(value: Any) -> str:
    return " ".join(str(value or "").split())


def _other(given: Sequence[str], method: Method, path: Path) -> str:
    """Return how to mend a table without the columns of a method: perhaps it is of another."""
    for name in METHODS:
        if name != method and {"criterion", *COLUMNS[name]} <= set(given):
            return f"It looks like answers for: ioscore weights {name} {path}"
    return "Add it, or check its spelling; --template writes a file with all columns."
