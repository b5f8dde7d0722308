"""What a stranger gets: a wheel that works in an empty folder, and files that name no host."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import venv
import zipfile

import pytest

from helpers import ROOT


def run(*command, **options):
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        encoding="utf-8",
        check=False,
        **options,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT)
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_carries_rubrics_and_data(wheel):
    """Rubrics, schema, codes, acts, sources table and licences are in the wheel; sources are not."""
    names = zipfile.ZipFile(wheel).namelist()
    for name in (
        "ioscore/shipped/rubrics/thesis.yaml",
        "ioscore/shipped/rubrics/rubric.schema.json",
        "ioscore/shipped/data/evidence/acts.csv",
        "ioscore/shipped/data/evidence/codes/thesis.csv",
        "ioscore/shipped/data/sources.csv",
        "ioscore/shipped/data/LICENSE.md",
        "ioscore/py.typed",
    ):
        assert name in names
    assert not [name for name in names if name.endswith(".txt") and "dist-info" not in name]


@pytest.mark.acceptance
def test_the_wheel_ranks_in_an_empty_folder(wheel, tmp_path):
    """Installed into a new environment, `ioscore rank` works anywhere, with the same result."""
    home = tmp_path / "venv"
    venv.create(home, with_pip=True)
    scripts = home / ("Scripts" if sys.platform == "win32" else "bin")
    pip = [scripts / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run(*pip, "-c", ROOT / "constraints.txt", wheel)
    empty = tmp_path / "empty"
    empty.mkdir()
    out = run(scripts / "ioscore", "rank", "--format", "json", cwd=empty)
    here = run(sys.executable, "-c", "from ioscore.cli import app; app()", "rank", "-f", "json")
    assert out == here
    assert len(json.loads(out)["ranking"]) == 5
    assert list(empty.iterdir()) == []


def test_the_constraints_are_exact_versions_and_name_no_host():
    """Every line of the constraints is a package and one version: no address, no path."""
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        assert line.startswith("#") or re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9.!+]+", line), line


def test_every_dependency_is_pinned():
    """Each package that the project names stands in the constraints with one exact version."""
    pins = dict(
        line.split("==")
        for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    )
    names = {re.sub(r"[-_.]+", "-", name).lower() for name in pins}
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    wanted = re.findall(r'^    "([A-Za-z0-9_.-]+)(?:\[[a-z]+\])?[><=~]', text, re.MULTILINE)
    assert len(wanted) > 10
    for name in wanted:
        assert re.sub(r"[-_.]+", "-", name).lower() in names, name
