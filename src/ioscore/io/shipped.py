"""Where the rubrics and the data that come with ioscore lie."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def shipped(*parts: str) -> Path:
    """Return the path of a shipped file or folder, in a wheel or in a checkout.

    Parameters
    ----------
    *parts : str
        Path below the root, such as ``"rubrics", "thesis.yaml"``.

    Returns
    -------
    Path
    """
    inside = _PACKAGE / "shipped"
    root = inside if inside.is_dir() else _PACKAGE.parent.parent
    return root.joinpath(*parts)
