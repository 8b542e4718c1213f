import ast
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted((ROOT / "bassboss_lib").rglob("*.py"))
ORDER = [
    "errors",
    "months",
    "progress",
    "markup",
    "workspace",
    "engine",
    "ledger",
    "vault",
    "contracts",
    "exchange",
    "warehouse",
    "rating",
    "features",
    "learning",
    "segments",
    "campaigns",
    "retention",
    "care",
    "tariff",
    "reports",
    "boss",
    "runs",
    "console",
    "run_lines",
    "flow",
    "demo",
    "desk",
    "lab",
    "commands",
    "cli",
]
BOSS_MAY_USE = {"errors", "months", "markup", "workspace", "engine", "contracts", "rating", "exchange", "boss"}


def _room(path: Path) -> str:
    return path.relative_to(ROOT / "bassboss_lib").parts[0].removesuffix(".py")


def _imported_rooms(path: Path) -> set[str]:
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("bassboss_lib"):
            deep = node.module.count(".")
            names = [node.module] if deep else [f"bassboss_lib.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names if alias.name.startswith("bassboss_lib.")]
        rooms |= {name.split(".")[1] for name in names}
    return rooms


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_upward(path: Path) -> None:
    room = _room(path)
    if room in ("__init__",):
        return
    below = {other for other in _imported_rooms(path) if ORDER.index(other) > ORDER.index(room)}
    assert not below


def test_only_the_command_line_imports_the_stand_in() -> None:
    assert {_room(path) for path in FILES if "boss" in _imported_rooms(path)} <= {"boss", "cli"}


def test_the_stand_in_knows_files_and_not_our_rooms() -> None:
    used = set().union(*(_imported_rooms(path) for path in FILES if _room(path) == "boss"))
    assert used <= BOSS_MAY_USE


def test_only_the_engine_imports_duckdb_or_pyspark() -> None:
    pattern = re.compile(r"^\s*(import|from) (duckdb|pyspark)", re.MULTILINE)
    assert [path.name for path in FILES if pattern.search(path.read_text(encoding="utf-8"))] == ["engine.py"]


def test_nothing_is_pickled() -> None:
    pattern = re.compile(r"\b(pickle|joblib|cloudpickle|dill)\b\s*(\.|import)|import (pickle|joblib)")
    assert [path for path in FILES if pattern.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_function_fits_a_screen_and_a_file_can_be_read_at_once(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            assert (node.end_lineno or 0) - body[0].lineno < 40, node.name


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_is_for_and_what_it_offers(path: Path) -> None:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    if path.name == "child.py":
        return  # a program of its own, not a module to import
    module = importlib.import_module(name)
    assert module.__doc__
    assert len(module.__doc__.split()) >= 5
    offered = module.__all__
    assert sorted(offered) == sorted(set(offered))
    for public in offered:
        thing = getattr(module, public)
        if callable(thing) and getattr(thing, "__module__", "").startswith("bassboss_lib"):
            assert thing.__doc__, f"{name}.{public}"


def test_no_address_of_a_registry_or_of_a_machine_is_written_down() -> None:
    looked_at = [ROOT / "Makefile", ROOT / "pyproject.toml", ROOT / "README.md", *ROOT.glob("*.lock"), *FILES]
    pattern = re.compile(
        r"https?://(?!www\.w3\.org|frictionlessdata|specs\.frictionlessdata)[a-z0-9.-]*(pypi|pythonhosted|simple)"
    )
    assert [path.name for path in looked_at if pattern.search(path.read_text(encoding="utf-8"))] == []


def test_bills_are_spelled_one_way_but_in_titles_of_the_specification_and_words_of_customers() -> None:
    quoted = re.compile("明细帐单|帐目科目|帐务信息")
    for folder, kinds in (("bassboss_lib", ("*.py", "*.yaml")), ("notebooks", ("*.ipynb",)), ("params", ("*.yaml",))):
        for path in (path for kind in kinds for path in (ROOT / folder).rglob(kind)):
            ours = quoted.sub("", path.read_text(encoding="utf-8"))
            assert "帐" not in ours or path.name == "themes.yaml", path
