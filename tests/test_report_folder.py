"""A report is written whole or not at all, and its manifest says what it was made with."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from helpers import EVIDENCE, ROOT, RUBRIC, assert_fails_clearly, ioscore
from ioscore.errors import InputError
from ioscore.io.manifest import evidence_files, rubric_files, shipped_files
from ioscore.io.report_folder import replace_folder
from reported import tree, written  # noqa: F401

LISTEN = """
import sys
opened = []
sys.addaudithook(lambda event, args: opened.append((args[0], args[1])) if event == "open" else None)
import ioscore.audit
class Enough(Exception): pass
def stop(*args, **given): raise Enough
ioscore.audit.run_audit = stop
from ioscore.cli import report
try:
    report.report(None, None)
except Enough:
    pass
from ioscore.io.rubrics import read_rubric
report._setting(read_rubric(), None, None, "", 0)
for name, mode in opened:
    if isinstance(name, str) and ("/data/" in name or "/rubrics/" in name) and "r" in (mode or "r"):
        print(name)
"""


def test_the_same_evidence_gives_the_same_bytes(written, tmp_path):  # noqa: F811
    """Again, in two processes, the command writes the same bytes in every file."""
    run = ioscore("report", "-r", RUBRIC, "-e", EVIDENCE, "-o", tmp_path / "again", "--jobs", 2)
    assert run.status == 0, run.err
    first, again = (
        {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*.*")}
        for folder in (written, tmp_path / "again")
    )
    assert first == again
    names = {path.as_posix() for path in first}
    assert {"index.html", "manifest.json", "tables/cells.csv"} < names
    assert {"figures/study_contributions.svg", "figures/study_contributions.png"} < names


def test_the_manifest_names_every_file(written):  # noqa: F811
    """The manifest has the checksum of each input and each output, versions, seeds, parameters."""
    found = json.loads((written / "manifest.json").read_text(encoding="utf-8"))
    assert set(found["files"]) == tree(written) - {"manifest.json"}
    for name, digest in found["files"].items():
        assert hashlib.sha256((written / name).read_bytes()).hexdigest() == digest
    inputs = {RUBRIC, EVIDENCE}
    assert {Path(name).name for name in found["inputs"]} == {path.name for path in inputs}
    assert set(found["inputs"].values()) == {
        hashlib.sha256(path.read_bytes()).hexdigest() for path in inputs
    }
    assert {"ioscore", "python", "numpy", "pandas", "matplotlib"} <= set(found["versions"])
    assert not {"pytest", "hypothesis"} & set(found["versions"])
    assert found["seeds"] == {"analyses": 0}
    assert found["parameters"]["draws"] == {"weights": 200_000, "evidence": 5_000}
    assert found["parameters"]["rubric_as_used"]["name"] == "made_up"


def test_the_manifest_misses_no_file_that_is_read():
    """Of the shipped inputs, what the process opens is what the manifest lists."""
    done = subprocess.run(
        [sys.executable, "-c", LISTEN], capture_output=True, encoding="utf-8", check=True
    )
    below = (str(ROOT / "data"), str(ROOT / "rubrics"))
    opened = {Path(line).resolve() for line in done.stdout.splitlines() if line.startswith(below)}
    listed = {*rubric_files("thesis"), *evidence_files(None, "thesis"), *shipped_files("thesis")}
    assert opened == {path.resolve() for path in listed}


def test_a_folder_is_replaced_whole(tmp_path):
    """A new report takes the old one's place with nothing of it left, and nothing beside it."""
    folder = tmp_path / "report"
    replace_folder(folder, _report({"index.html": "old", "tables/a.csv": "1"}))
    assert (folder / "tables" / "a.csv").read_text() == "1"
    replace_folder(folder, _report({"index.html": "new", "figures/b.png": b"2"}))
    assert tree(folder) == {"figures/b.png", "index.html", "manifest.json"}
    assert (folder / "index.html").read_text() == "new"
    assert list(tmp_path.iterdir()) == [folder]


def test_an_error_in_the_middle_leaves_the_old_report(tmp_path):
    """When a file cannot be made, the old report stands whole and nothing lies beside it."""
    folder = tmp_path / "report"
    replace_folder(folder, _report({"index.html": "old"}))

    def broken():
        yield "index.html", "new"
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        replace_folder(folder, broken())
    assert (folder / "index.html").read_text() == "old"
    assert list(tmp_path.iterdir()) == [folder]


def test_a_killed_process_leaves_the_old_report(tmp_path):
    """A process that is killed while it writes leaves the old report whole."""
    folder = tmp_path / "report"
    replace_folder(folder, _report({"index.html": "old"}))
    before = {p: p.read_bytes() for p in folder.rglob("*.*")}
    code = textwrap.dedent(
        f"""
        import os, signal
        from pathlib import Path
        from ioscore.io.report_folder import replace_folder
        def files():
            yield "index.html", "new"
            os.kill(os.getpid(), signal.SIGKILL)
            yield "manifest.json", "{{}}"
        replace_folder(Path({str(folder)!r}), files())
        """
    )
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == -signal.SIGKILL
    assert {p: p.read_bytes() for p in folder.rglob("*.*")} == before
    replace_folder(folder, _report({"index.html": "new"}))
    assert (folder / "index.html").read_text() == "new"


def test_a_process_killed_between_the_last_two_steps_loses_nothing(tmp_path):
    """The old report, set aside and not yet replaced, is found again by the next run."""
    folder, aside = tmp_path / "report", tmp_path / ".report.old"
    replace_folder(folder, _report({"index.html": "old"}))
    folder.rename(aside)
    with pytest.raises(RuntimeError):
        replace_folder(folder, _failing())
    assert (folder / "index.html").read_text() == "old"
    assert not aside.exists()


def test_a_place_that_cannot_be_taken_leaves_the_old_report(tmp_path, monkeypatch):
    """When the last step fails, the old report is put back where it was."""
    folder = tmp_path / "report"
    replace_folder(folder, _report({"index.html": "old"}))
    rename = Path.rename

    def refusing(self, target):
        if not self.name.endswith(".old") and Path(target) == folder:
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refusing)
    with pytest.raises(InputError, match="No space left"):
        replace_folder(folder, _report({"index.html": "new"}))
    assert (folder / "index.html").read_text() == "old"
    assert list(tmp_path.iterdir()) == [folder]


def test_what_no_report_wrote_is_not_replaced(tmp_path):
    """A folder with a file of the reader's own is refused, by its name, and left as it is."""
    (tmp_path / "mine.txt").write_text("mine")
    run = ioscore("report", "-r", RUBRIC, "-e", EVIDENCE, "-o", tmp_path)
    assert_fails_clearly(run, "mine.txt", "no report wrote")
    assert tree(tmp_path) == {"mine.txt"}
    folder = tmp_path / "report"
    replace_folder(folder, _report({"index.html": "old"}))
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"notes\.txt"):
        replace_folder(folder, _report({"index.html": "new"}))
    with pytest.raises(InputError, match="no folder"):
        replace_folder(tmp_path / "mine.txt", _report({}))


def _report(files: dict[str, str | bytes]) -> list[tuple[str, str | bytes]]:
    """Return files with the manifest that names them as a report's own."""
    named = {"schema": "ioscore.report_manifest/1", "files": dict.fromkeys(files, "")}
    return [*files.items(), ("manifest.json", json.dumps(named))]


def _failing():
    raise RuntimeError("nothing")
    yield
