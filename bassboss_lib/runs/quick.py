"""Import nbformat without two seconds of work that nothing here needs.

Its validator pulls in a package that compiles a grammar of web addresses at import, and does without it where it is
not installed. Papermill and nbconvert both import nbformat, so this is done before either.
"""

import sys
from typing import Any

__all__ = ["quick_nbformat"]


def quick_nbformat() -> Any:
    """Give the module nbformat; if nothing has imported the grammar yet, nothing will in this process."""
    modules: dict[str, Any] = sys.modules  # None marks a module as not installed
    modules.setdefault("rfc3987_syntax", None)
    import nbformat

    return nbformat
