"""The commands over our own rooms, a module for each topic; each is thin and says what to do next.

``cli`` adds the commands of the stand-in BOSS and turns errors into lines and exit codes.
"""

from bassboss_lib.commands import (  # noqa: F401 - they register their commands
    campaigns,
    exchange,
    models,
    pages,
    runs,
    search,
    tariff,
    units,
    workspace,
)
from bassboss_lib.commands.app import Month, app

__all__ = ["Month", "app"]
