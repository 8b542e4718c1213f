"""The open workbench with which a mobile operator's analytics department closes the loop with its BOSS.

Read the packages in the order of the flow of data: ``contracts`` (what a file is), ``exchange`` (files in and out),
``warehouse`` (tables by month), ``features``, ``learning``, ``segments``, ``retention``, ``reports``, ``runs``
(notebooks). ``boss`` is the stand-in counterpart with a known truth; ``cli`` is the command line.
"""

from importlib.metadata import version

__all__ = ["__version__"]

__version__ = version("bassboss")
