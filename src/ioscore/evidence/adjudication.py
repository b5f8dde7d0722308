"""From two readings and the decisions on their differences to the evidence that is scored."""

from __future__ import annotations

import pandas as pd

from ioscore.errors import EvidenceError, Problem

CODE_FIELDS = ("criterion", "subcriterion", "alt_criterion", "effect", "strength")


def adjudicate(
    first: tuple[pd.DataFrame, pd.DataFrame],
    second: tuple[pd.DataFrame, pd.DataFrame],
    items: pd.DataFrame,
    decisions: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Apply decisions to two readings.

    The first reading is the base. Its rows are changed field by field as decided, dropped where
    decided, and joined by those rows of the second that only it found and that were kept.

    Parameters
    ----------
    first, second : (pandas.DataFrame, pandas.DataFrame)
        Acts (by `id`) and codes (by `act_id`) of each reading, all text.
    items : pandas.DataFrame
        Which acts of the two match: columns `pass1` and `pass2`, "" where only one has it; a
        further code of an act is written ``id#n``.
    decisions : pandas.DataFrame
        `pass_1_id`, `pass_2_id`, `field`, `decided`: a field of the act or of the code; `act` with
        `keep`, `drop` or `two acts`; `event_id` for a kept row of the second reading.

    Returns
    -------
    acts, codes : pandas.DataFrame
        With `came_from` in acts: the rows that each act rests on.

    Raises
    ------
    EvidenceError
        For a decision on a row that neither reading has.
    """
    acts = {row["id"]: dict(row) for row in first[0].to_dict("records")}
    codes = _by_code(first[1])
    others = {row["id"]: dict(row) for row in second[0].to_dict("records")}
    other_codes = _by_code(second[1])
    matched = {p: q for p, q in zip(items["pass1"], items["pass2"], strict=True) if p and q}
    for name in decisions.loc[decisions["decided"] == "two acts", "pass_1_id"]:
        matched.pop(name, None)
    dropped: set[str] = set()
    kept: dict[str, str] = {}
    for row in decisions.to_dict("records"):
        p, q, field, decided = row["pass_1_id"], row["pass_2_id"], row["field"], row["decided"]
        if (p and p not in codes) or (not p and q not in other_codes):
            found = f"a decision on {p or q}, which is no row of a reading"
            raise EvidenceError(Problem(where=row["where"], found=found, mend="Mend its id."))
        if field == "act":
            if p and decided == "drop":
                dropped.add(p)
            elif not p and decided == "keep":
                kept.setdefault(q, "")
        elif p:
            target = codes[p] if field in CODE_FIELDS else acts[_act(p)]
            target[field] = decided
        elif field == "event_id":
            kept[q] = decided
        else:
            (other_codes[q] if field in CODE_FIELDS else others[_act(q)])[field] = decided
    sources: dict[str, list[str]] = {}
    for key in (key for key in codes if key not in dropped):
        names = sources.setdefault(_act(key), [f"1:{_act(key)}"])
        if key in matched and f"2:{_act(matched[key])}" not in names:
            names.append(f"2:{_act(matched[key])}")
    final_acts = {
        name: {**acts[name], "came_from": "; ".join(names)} for name, names in sources.items()
    }
    final_codes = [code for key, code in codes.items() if key not in dropped]
    for q, event in kept.items():
        act = others[_act(q)]
        # The second reading has its own running numbers: an added act is told apart by a mark.
        name = f"{act['id']}-added"
        new = {"id": name, "event_id": event or act["event_id"], "came_from": f"2:{act['id']}"}
        final_acts.setdefault(name, {**act, **new})
        final_codes.append({**other_codes[q], "act_id": name})
    return pd.DataFrame(list(final_acts.values())), pd.DataFrame(final_codes)


def _by_code(codes: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return code rows by act id, further ones of an act as ``id#n``."""
    found: dict[str, dict[str, str]] = {}
    seen: dict[str, int] = {}
    for row in codes.to_dict("records"):
        name = row["act_id"]
        n = seen.get(name, 0)
        seen[name] = n + 1
        found[f"{name}#{n}" if n else name] = dict(row)
    return found


def _act(key: str) -> str:
    return key.partition("#")[0]


def _exists(
    p: str, q: str, codes: dict[str, dict[str, str]], others: dict[str, dict[str, str]], where: str
) -> None:
    """Refuse a decision on a row that neither reading has."""
    if (p not in codes) if p else (q not in others):
        found = f"a decision on {p or q}, which is no row of a reading"
        raise EvidenceError(Problem(where=where, found=found, mend="Mend its id."))
