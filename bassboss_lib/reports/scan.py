"""Looks through the outputs of a notebook before they are kept: no customer in clear, no secret (S10, S11).

A number or an identity is known by its shape and by the vault; a name by the vault alone, and only where several stand
in one output, since a short word may be somebody's name. Figures are pictures and are not read.
"""

import base64
import os
import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

from bassboss_lib.errors import InputRefused, SecurityRefused
from bassboss_lib.vault import Vault
from bassboss_lib.workspace import Workspace

__all__ = ["clear_outputs", "refuse_clear", "secrets_of", "withhold"]

_ALONE = r"(?<![\dA-Za-z])(?<!\d[.,]){}(?![\dA-Za-z]|,\d|\.\d*[1-9])"
_NUMBER = re.compile(_ALONE.format(r"(?:\+?86[- ]?)?1[2-9]\d{9}"))
_IDENTITY = re.compile(_ALONE.format(r"\d{17}[\dXx]"))
_DIGITS = re.compile(_ALONE.format(r"(?:\d{8,20}|\d{1,3}(?:,\d{3}){2,6})"))
_HANZI = re.compile(r"(?<![\u3400-\u9fff])[\u3400-\u9fff·]{2,6}(?![\u3400-\u9fff])")
_SECRET_NAME = re.compile(r"(TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|API_?KEY|PRIVATE_?KEY)", re.IGNORECASE)
NAMES_MAX = 2
"""Names of the vault in one output that may be chance; a third one is a list of customers."""
SECRET_LENGTH_MIN = 8
WITHHELD = "withheld: it held customers in clear"


def refuse_clear(workspace: Workspace, cells: list[dict[str, Any]], month: str) -> None:
    """Raise if an output shows a customer in clear, or a secret; the author is told which cell.

    Raises
    ------
    SecurityRefused
        Exit code 12; the line names cells and kinds, never what was found.
    """
    found = clear_outputs(workspace, cells, month)
    if found:
        where = ", ".join(f"cell {_authored(cells, place)} ({kind})" for place, kind in sorted(found.items()))
        raise SecurityRefused(
            f"{len(found)} outputs show customers or secrets in clear",
            fault="S10",
            where=where,
            kept="the notebook without these outputs",
            remedy="show rows by reports.preview, and run again",
        )


def _authored(cells: list[dict[str, Any]], place: int) -> int:
    """Give a place as the author counts: without the cell papermill adds."""
    tags = (cell.get("metadata", {}).get("tags", []) for cell in cells[:place])
    return place - sum("injected-parameters" in one for one in tags)


def withhold(workspace: Workspace, cells: list[dict[str, Any]], month: str) -> None:
    """Take the outputs that show customers or secrets in clear out of the cells, in place."""
    from nbformat.v4 import new_output

    for place in clear_outputs(workspace, cells, month):
        cells[place - 1]["outputs"] = [new_output("stream", name="stderr", text=WITHHELD)]


def clear_outputs(workspace: Workspace, cells: list[dict[str, Any]], month: str) -> dict[int, str]:
    """Find the cells whose outputs show something in clear: place (from 1) → kind of the first finding."""
    texts = {place: list(_texts(cell)) for place, cell in enumerate(cells, 1) if cell.get("outputs")}
    secrets, found = secrets_of(workspace, os.environ), {}
    for place, said in texts.items():
        whole = "\n".join(said)
        if any(secret in whole for secret in secrets):
            found[place] = "secret"
        elif _NUMBER.search(whole):
            found[place] = "number"
        elif _IDENTITY.search(whole):
            found[place] = "identity number"
    return found | _known(workspace, {place: said for place, said in texts.items() if place not in found}, month)


def _texts(cell: dict[str, Any]) -> Iterator[str]:
    """Give every text of a cell's outputs as a reader sees it, pictures aside."""
    for output in cell["outputs"]:
        for mime, data in output.get("data", {}).items():
            if not mime.startswith("image/") or mime == "image/svg+xml":
                text = "".join(data) if isinstance(data, list) else str(data)
                yield unescape(re.sub(r"<[^>]*>", " ", text)) if mime == "text/html" else text
        for part in ("text", "evalue"):
            yield str(output.get(part, ""))
        yield "\n".join(output.get("traceback", []))


def _known(workspace: Workspace, texts: Mapping[int, list[str]], month: str) -> dict[int, str]:
    """Find identifiers of the vault, and names where several stand together."""
    digits = {place: {word.replace(",", "") for word in _words(said, _DIGITS)} for place, said in texts.items()}
    names = {place: _words(said, _HANZI) for place, said in texts.items()}
    if not any(digits.values()) and not any(len(words) > NAMES_MAX for words in names.values()):
        return {}
    try:
        known = Vault(workspace).identities(month if month != "none" else "999912")
    except InputRefused:  # nobody is known here
        return {}
    every = set().union(*digits.values())
    ids = _among(known["customer_id"], every) | _among(known["msisdn"], every)
    people = _among(known["name"], set().union(*names.values()))
    found = {place: "names" for place, words in names.items() if len(words & people) > NAMES_MAX}
    return found | {place: "customer_id" for place, words in digits.items() if words & ids}


def _words(texts: list[str], kind: re.Pattern[str]) -> set[str]:
    return {word for text in texts for word in kind.findall(text)}


def _among(column: Any, words: set[str]) -> set[str]:
    import pyarrow as pa
    import pyarrow.compute as pc

    return set(column.filter(pc.is_in(column, value_set=pa.array(sorted(words), pa.string()))).to_pylist())


def secrets_of(workspace: Workspace, environment: Mapping[str, str]) -> set[str]:
    """Give what must never be printed: the vault's key as text, and values of variables that are named as secrets."""
    kept = workspace.vault / "key"
    key = kept.read_bytes() if kept.is_file() else b""
    written = {key.hex(), base64.b64encode(key).decode().rstrip("="), repr(key)} if key else set()
    named = {value for name, value in environment.items() if _SECRET_NAME.search(name)}
    return written | {value for value in named if len(value) >= SECRET_LENGTH_MIN}
