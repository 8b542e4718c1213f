"""What a column of a model's table is: its name, its group, its unit and its titles in both languages.

Features of the warehouse, and the columns that a mapping names in an operator's own table, are declared in the same
way, so that models, explanations and reports need not know where a table came from.
"""

from dataclasses import dataclass
from typing import Literal

from bassboss_lib.contracts.declarations import code_list

__all__ = ["Feature"]


@dataclass(frozen=True)
class Feature:
    """One column of a model's table.

    Parameters
    ----------
    name : str
        Column name; its unit ends it where it has one.
    group : str
        Class of input it comes from: customer, bill, call, payment, balance, arrears, service, circle …
    unit : str
        Unit in words, such as ``fen``, ``min``, ``share``; empty for codes.
    zh, en : str
        Titles for business readers.
    kind : {"number", "category"}
        Whether its values are numbers or codes.
    meaning : str
        One sentence: over which months, what a missing value says; of a theme, its words.
    absent : float, optional
        What stands for the column where it is no longer made, since people edit what it is made of; a model that
        learnt any other column refuses a table without it.
    codes : str
        Value list (``contracts/codes``) that names its codes; empty if there is none.

    Examples
    --------
    >>> Feature("tenure_months", "customer", "months", "在网月数", "Tenure").title("en")
    'Tenure'
    """

    name: str
    group: str
    unit: str
    zh: str
    en: str
    kind: Literal["number", "category"] = "number"
    meaning: str = ""
    absent: float | None = None
    codes: str = ""

    def title(self, language: str) -> str:
        """Give the title in ``zh`` or ``en``."""
        return self.en if language == "en" else self.zh

    def called(self, code: str, language: str) -> str:
        """Give what a code is called in ``zh`` or ``en``; the code itself where no list names it.

        Examples
        --------
        >>> Feature("brand", "customer", "", "品牌", "Brand", "category", codes="brand").called("2", "zh")
        '神州行'
        """
        return code_list(self.codes).text(code, language) if self.codes else code
