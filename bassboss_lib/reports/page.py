"""What all our pages share: one file, no script, style and font inside, and a policy that forbids the rest.

The font is cut down to the characters of the page, so Chinese is readable on a machine without Chinese fonts.
"""

import base64
import hashlib
import io
from functools import cache
from pathlib import Path
from typing import Any

from bassboss_lib.markup import BIDI
from bassboss_lib.reports.sentences import Language
from bassboss_lib.reports.style import font_path

__all__ = ["TEMPLATES", "fill"]

TEMPLATES = Path(__file__).with_name("template")


def fill(template: str, language: Language, **values: object) -> str:
    """Fill a page template: values are escaped unless they are markup of ours.

    Parameters
    ----------
    template : str
        File name in the template folder.
    language : {"zh", "en"}
        Language of the page.
    **values
        What the template names.
    """
    import jinja2

    loader = jinja2.FileSystemLoader(TEMPLATES)
    environment = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)

    def text(zh: str, en: str) -> str:
        return zh if language == "zh" else en

    page = environment.get_template(template)
    lang = "zh-CN" if language == "zh" else "en"
    surroundings: dict[str, Any] = {"lang": lang, "t": text}
    bare = page.render(css="", csp="", **surroundings, **values).translate(BIDI)
    css = _font_face(bare, language) + _style()
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    csp = f"default-src 'none'; img-src data:; font-src data:; style-src 'sha256-{digest}'"
    return page.render(css=_markup(css), csp=_markup(csp), **surroundings, **values).translate(BIDI)


def _markup(text: str) -> object:
    import markupsafe

    return markupsafe.Markup(text)  # noqa: S704 - our own style and policy


@cache
def _style() -> str:
    from pygments.formatters import HtmlFormatter

    return (TEMPLATES / "style.css").read_text(encoding="utf-8") + _code_colours(HtmlFormatter(style="bw"))


def _code_colours(formatter: Any) -> str:
    return "\n" + formatter.get_style_defs(".highlight") + "\n.highlight { background: transparent; }\n"


def _font_face(page: str, language: Language) -> str:
    """Embed Noto Sans SC with the page's Chinese characters; nothing where it has none.

    Quotation marks and dots are Chinese ones on a Chinese page only: on an English one they would be as wide as a word.
    """
    first = "\u2000" if language == "zh" else "\u2e80"
    characters = "".join(sorted({character for character in page if character >= first}))
    if not characters:
        return ""
    font = base64.b64encode(_subset(characters)).decode()
    source = f'url(data:font/woff;base64,{font}) format("woff")'
    # First in every font list, and only for these characters: the page looks the same on every machine.
    return f'@font-face {{ font-family: "Report Sans"; unicode-range: U+{ord(first):X}-FFFF; src: {source}; }}\n'


@cache
def _subset(characters: str) -> bytes:
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    with TTFont(font_path(), lazy=True, recalcTimestamp=False) as font:
        subsetter = Subsetter(Options(layout_features=[], hinting=False, glyph_names=False, notdef_outline=False))
        subsetter.populate(text=characters)
        subsetter.subset(font)
        font.flavor = "woff"
        buffer = io.BytesIO()
        font.save(buffer)
    return buffer.getvalue()
