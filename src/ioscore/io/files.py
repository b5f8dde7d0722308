"""Opening files: one clear message for whatever can be wrong, and writing whole or not at all."""

from __future__ import annotations

import os
import tempfile
import warnings
from pathlib import Path

from ioscore.errors import InputError, IoscoreWarning, Problem


def read_text(path: Path) -> str:
    r"""Read a UTF-8 text file.

    A byte order mark is taken off and line ends become ``\\n``; a mark is worth a warning,
    because it shows that some program rewrote the file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    str

    Raises
    ------
    InputError
        When the file is missing, a directory, empty, not to be opened, or not UTF-8.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from None
    if not raw.strip():
        raise InputError(Problem(where=str(path), found="the file is empty", mend="Fill it in."))
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _encoding(path, "it begins with a UTF-16 mark")
    if raw.startswith(b"\xef\xbb\xbf"):
        raw = raw[3:]
        warnings.warn(f"{path} begins with a byte order mark, read without it", IoscoreWarning, 2)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _encoding(path, f"byte {raw[error.start]:#04x} in line {line} is not UTF-8") from None
    if "\0" in text:
        raise _encoding(path, "it holds a NUL byte, so it is no text file")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def make_folder(path: Path) -> None:
    """Make a folder, and those above it, unless it is there.

    Raises
    ------
    InputError
        When it cannot be made, or a file is in its place.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        found = f"this folder cannot be made ({error.strerror})"
        raise InputError(
            Problem(where=str(path), found=found, mend="Choose another place.")
        ) from None


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all: beside its place, then renamed.

    Parameters
    ----------
    path : Path
    content : str or bytes
        Text is written as UTF-8.

    Raises
    ------
    InputError
        When the folder is missing or not to be written; what stood there is left as it was.
    """
    temporary = None
    raw = content.encode() if isinstance(content, str) else content
    try:
        path = path.resolve()
        if path.exists() and not path.is_file() and not path.is_dir():
            # A device or a pipe has no place beside it and cannot be replaced.
            path.write_bytes(raw)
            return
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".ioscore-", delete=False) as file:
            temporary = Path(file.name)
            file.write(raw)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise InputError(
            Problem(
                where=str(path),
                found=f"cannot be written ({error.strerror})",
                mend="Nothing was changed; choose another place.",
            )
        ) from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _unreadable(path: Path, error: OSError) -> InputError:
    if isinstance(error, FileNotFoundError):
        found, mend = "there is no such file", "Check the name and the folder."
    elif isinstance(error, IsADirectoryError):
        found, mend = "this is a directory, not a file", "Name the file inside it."
    elif isinstance(error, PermissionError):
        found, mend = "no permission to read it", "Give yourself the right to read it."
    else:
        found, mend = f"cannot be read ({error.strerror})", "Check the name and the disk."
    return InputError(Problem(where=str(path), found=found, mend=mend))


def _encoding(path: Path, found: str) -> InputError:
    mend = "Save it as text in UTF-8 (in Excel: 'CSV UTF-8')."
    return InputError(Problem(where=str(path), found=found, mend=mend))
