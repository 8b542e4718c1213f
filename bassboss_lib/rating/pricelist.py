"""Price lists: read from YAML with errors that name the key, and carried as JSON from BOSS to BASS.

The JSON of a plan (unit 02001, ``terms``) brings its conventions, timings and classes along, so that whoever receives
it can rate without asking; the catalogue is put together again from the rows and equals the file it came from.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bassboss_lib.errors import CallError, InputRefused
from bassboss_lib.rating.catalogue import Header, Part
from bassboss_lib.rating.consistency import problems
from bassboss_lib.rating.plan import Plan
from bassboss_lib.workspace import read_yaml

__all__ = ["Catalogue", "check_catalogue", "parse_terms", "read_catalogue", "terms", "unrated"]

REMEDY = "mend the key; `bassboss tariff check FILE` shows what is left"


class _File(Part):
    catalogue: Header
    plans: list[Plan]


class Catalogue(Part):
    """A price list: what its plans share, and the plans."""

    header: Header
    plans: tuple[Plan, ...]

    def plan(self, wanted: str) -> Plan:
        """Give a plan by its identifier; raise `CallError` if there is none."""
        for plan in self.plans:
            if plan.id == wanted:
                return plan
        raise CallError(
            f"no plan {wanted!r}",
            where=self.header.id,
            remedy=f"say one of {', '.join(plan.id for plan in self.plans)}",
        )


def read_catalogue(path: Path) -> Catalogue:
    """Read a price list and check that its parts fit together.

    Raises
    ------
    CallError
        If a key is missing, unknown or contradicts another; names file, key and remedy.

    Examples
    --------
    >>> from importlib.resources import files
    >>> read_catalogue(Path(str(files("bassboss_lib") / "boss" / "plans.yaml"))).plan("G088").brand
    '1'
    """
    return check_catalogue(_named(read_yaml(path)), path.name)


def _named(content: Any) -> Any:
    """Undo YAML's reading of the keys ``on`` and ``off`` as truth values."""
    if isinstance(content, dict):
        return {{True: "on", False: "off"}.get(key, key): _named(value) for key, value in content.items()}
    return [_named(one) for one in content] if isinstance(content, list) else content


def check_catalogue(content: Any, where: str) -> Catalogue:
    """Check the content of a price list, as plain values; ``where`` names it in errors, which are `CallError`."""
    try:
        read = _File.model_validate(content)
    except ValidationError as error:
        found = error.errors()
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise CallError(
            f"{_key(content, found[0]['loc'])}: {_words(found[0])}{more}", where=where, remedy=REMEDY
        ) from error
    wrong = list(problems(read.catalogue, read.plans))
    if wrong:
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise CallError(f"{wrong[0][0]}: {wrong[0][1]}{more}", where=where, remedy=REMEDY)
    return Catalogue(header=read.catalogue, plans=tuple(read.plans))


def _words(found: Any) -> str:
    return str(found["msg"]).removeprefix("Value error, ")


def _key(content: Any, place: tuple[int | str, ...]) -> str:
    """Write a place as people look for it: plans by their identifier."""
    parts = [str(part) for part in place]
    if len(parts) > 1 and parts[0] == "plans" and isinstance(place[1], int):
        plan = content["plans"][place[1]]
        parts[1] = str(plan["id"]) if isinstance(plan, dict) and "id" in plan else parts[1]
    return ".".join(parts) or "the file"


def terms(catalogue: Catalogue, plan: Plan) -> str:
    """Write a plan as JSON with all that its bills depend on; `parse_terms` reads it back."""
    content = {"catalogue": _plain(catalogue.header), "plan": _plain(plan)}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _plain(part: Part) -> dict[str, Any]:
    return part.model_dump(mode="json", by_alias=True, exclude_unset=True)


def parse_terms(rows: Iterable[str]) -> Catalogue:
    """Put a catalogue together from the terms of its plans, in the order given.

    Raises
    ------
    InputRefused
        If a row is no JSON of this shape, or the rows do not share conventions, timings and classes.
    """
    read = [_row(number, text) for number, text in enumerate(rows)]
    headers = [content["catalogue"] for content in read]
    if not read or any(header != headers[0] for header in headers):
        what = "the plans do not share conventions, timings and classes" if read else "no plan was delivered"
        raise InputRefused(what, where="unit 02001", remedy="ask BOSS for one catalogue")
    try:
        return check_catalogue({"catalogue": headers[0], "plans": [content["plan"] for content in read]}, "unit 02001")
    except CallError as error:
        raise InputRefused(error.what, where=error.where, remedy="ask BOSS to mend the plan") from error


def _row(number: int, text: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputRefused(f"terms of plan {number + 1} are not JSON", where="unit 02001") from error
    if not isinstance(content, dict) or set(content) != {"catalogue", "plan"}:
        what = f"terms of plan {number + 1} lack catalogue or plan"
        raise InputRefused(what, where="unit 02001", remedy="ask BOSS for terms in the plan schema")
    return content


def unrated(catalogue: Catalogue, plan: Plan) -> list[str]:
    """List the classes that no rate of a plan covers: their use costs nothing and is told as unrated."""
    rated = {name for rate in plan.rates for name in rate.of}
    return [name for name in catalogue.header.classes if name not in rated]
