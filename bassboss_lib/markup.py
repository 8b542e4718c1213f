"""Where text becomes markup: the one escaping helper, and how an object of ours shows itself in JupyterLab.

What stands in a table may come from customers: a name, a region, a plan. Nothing of it can become markup, and a control
character that turns the direction of writing is shown as what it is, since it could make a line say something else.
"""

import html
from collections.abc import Mapping, Sequence

__all__ = ["BIDI", "about", "escape", "listing"]

_TURNING = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
BIDI = {code: f"[U+{code:04X}]" for code in _TURNING}
"""Control characters that turn the direction of writing → what is shown instead."""


def escape(text: object) -> str:
    """Give text as markup that shows it and does nothing else.

    Examples
    --------
    >>> escape("<b>a & b</b>"), escape("gpj\\u202eexe.")
    ('&lt;b&gt;a &amp; b&lt;/b&gt;', 'gpj[U+202E]exe.')
    """
    return html.escape(str(text).translate(BIDI))


def about(title: str, facts: Mapping[str, object], *below: str) -> str:
    """Give the picture of an object: its title, facts by name, and tables (`listing`) below.

    Examples
    --------
    >>> about("unit 31001", {"key": "customer_id"})[:42]
    '<div class="about"><b>unit 31001</b><table'
    """
    lines = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(fact)}</td></tr>' for name, fact in facts.items()
    )
    table = f'<table class="data"><tbody>{lines}</tbody></table>' if facts else ""
    return f'<div class="about"><b>{escape(title)}</b>{table}{"".join(below)}</div>'


def listing(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Give rows as a table.

    Examples
    --------
    >>> listing(["a"], [["<"]]).partition("<tbody>")[2]
    '<tr><td>&lt;</td></tr></tbody></table>'
    """
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<table class="data"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
