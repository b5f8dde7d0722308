"""Notebooks: run in a fresh kernel, in step with their scripts, stripped, and made of ioscore alone."""

from __future__ import annotations

import ast
import base64
import re

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient
from PIL import Image

from helpers import ROOT

HOME = ROOT / "notebooks"
NOTEBOOKS = sorted(HOME.glob("*.ipynb"))
PICTURE = re.compile(r'<img [^>]*src="data:image/png;base64,([^"]+)"')
each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path):
    return nbformat.read(path, as_version=4)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_there_are_five_and_the_readme_names_them():
    """Five notebooks are shipped, numbered from 01, each with its script and a line in the README."""
    assert [path.name[:3] for path in NOTEBOOKS] == ["01_", "02_", "03_", "04_", "05_"]
    text = (HOME / "README.md").read_text(encoding="utf-8")
    for path in NOTEBOOKS:
        assert path.with_suffix(".py").is_file()
        assert f"({path.name})" in text


@each
def test_a_notebook_and_its_script_are_in_step(path):
    """The py:percent script holds the same cells, of the same kinds, in the same order."""
    script = jupytext.read(path.with_suffix(".py"))
    assert [(c.cell_type, c.source) for c in script.cells] == [
        (c.cell_type, c.source) for c in read(path).cells
    ]


@each
def test_a_notebook_is_stripped_and_its_cells_have_fixed_ids(path):
    """No output, count, tag or machine is kept, and cells are numbered from 0 as nbstripout does."""
    notebook = read(path)
    nbformat.validate(notebook)
    assert [cell.id for cell in notebook.cells] == [str(n) for n in range(len(notebook.cells))]
    assert all(cell.metadata == {} for cell in notebook.cells)
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code(notebook))
    assert set(notebook.metadata) == {"kernelspec"}
    assert notebook.metadata.kernelspec.name == "python3"


@each
def test_a_notebook_imports_ioscore_and_nothing_else(path):
    """The one import is `ioscore`; no cell has a magic or a shell line, which would not parse."""
    tree = ast.parse("\n".join(cell.source for cell in code(read(path))))
    names = [
        name
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in (
            [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module]
        )
    ]
    assert names == ["ioscore"]


@each
def test_no_result_is_typed_into_the_text(path):
    """Texts hold no decimal number and no percentage: results come from cells."""
    for cell in read(path).cells:
        if cell.cell_type == "markdown":
            assert not re.search(r"\d\.\d|\d\s?%", cell.source), cell.source


@each
def test_the_links_of_a_notebook_lead_somewhere(path):
    """Every relative link in the text is a file of the project."""
    for cell in read(path).cells:
        if cell.cell_type == "markdown":
            for link in re.findall(r"\]\((?!https?:)([^)#]+)", cell.source):
                assert (HOME / link).resolve().is_file(), link


def test_the_case_to_be_replaced_says_that_it_is_made_up():
    """Rubric, sources and the text of notebook 05 name the data as made up, pictures too."""
    for name in ("rubric.yaml", "sources.csv"):
        assert "made up" in (HOME / "your_case" / name).read_text(encoding="utf-8").lower()
    notebook = read(NOTEBOOKS[4])
    assert any("made up" in c.source for c in notebook.cells if c.cell_type == "markdown")
    drawn = [c.source for c in code(notebook) if "ioscore.figures(" in c.source]
    assert drawn
    assert all("made-up data" in source for source in drawn)


@each
def test_a_notebook_runs_and_ends_in_a_picture(path, tmp_path, monkeypatch):
    """In a fresh kernel every cell runs without a warning, and the last one shows a picture."""
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    # Beside other tests two threads to a matrix of eleven countries wait for each other.
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    notebook = read(path)
    for cell in code(notebook):
        cell.outputs, cell.execution_count = [], None
    resources = {"metadata": {"path": str(HOME)}}
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources=resources).execute()
    outputs = [output for cell in code(notebook) for output in cell.outputs]
    assert not [o for o in outputs if o.output_type == "stream" and o.name == "stderr"]
    (last,) = code(notebook)[-1].outputs
    pictures = PICTURE.findall(last.data["text/html"])
    assert pictures
    for number, data in enumerate(pictures):
        file = tmp_path / f"{number}.png"
        file.write_bytes(base64.b64decode(data))
        with Image.open(file) as image:
            shades = len(image.convert("L").getcolors(256) or [])
            assert image.width > 600
            assert shades > 20
