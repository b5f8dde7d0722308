"""What only some commands need to have installed."""

from __future__ import annotations

from importlib.util import find_spec

MODELS = ("pyfixest", "pysyncon", "wildboottest")


def need_models(command: str) -> None:
    """Raise unless the packages of the models of seizures are installed.

    Parameters
    ----------
    command : str
        What needs them.

    Raises
    ------
    InputError
        That says how to install them.
    """
    from ioscore.errors import InputError, Problem

    if lacking := [name for name in MODELS if find_spec(name) is None]:
        raise InputError(
            Problem(
                where=command,
                found=f"it needs {', '.join(lacking)}, not installed here",
                mend="Run: pip install -c constraints.txt -e '.[regression]'",
            )
        )
