"""A newly trained churn model against the champion: on the rows that tested it, untreated and mature."""

import numpy as np

from bassboss_lib.features import View
from bassboss_lib.learning import Challenge, Fitted, challenge, promote
from bassboss_lib.learning.promotion import has_seen_less
from bassboss_lib.ledger import Ledger
from bassboss_lib.retention.churn import DELIVERIES, FUNCTION, champion
from bassboss_lib.retention.material import Material
from bassboss_lib.segments import value_block
from bassboss_lib.workspace import Workspace

__all__ = ["challenge_churn", "settle"]

DAYS = 30


def challenge_churn(
    workspace: Workspace, given: Material, fitted: Fitted, model_id: str, *, source: str, blocked: tuple[str, ...] = ()
) -> Challenge | None:
    """Compare a stored model with the champion.

    Parameters
    ----------
    blocked : tuple of str
        What forbids promotion whatever the comparison says, such as drift (R22).

    Returns
    -------
    Challenge or None
        None if the model is the champion, or the table has no time: then the champion has learnt from every row, there
        are none to compare on, and only somebody's decision can promote (`settle`).
    """
    current = champion(workspace, source)
    if current.id == model_id or given.test_month == "none":
        return None
    keys = list(given.sample.keys.columns)
    tested = fitted.predictions.groupby(keys, sort=True)[["y", "model"]].mean().reset_index()
    places = given.places(tested)
    values = value_block(View(workspace, given.test_month))["arpu_fen"].reindex(tested["pseudonym"]).fillna(0)
    weight = given.sample.weight
    return challenge(
        (current.id, model_id),
        tested["y"].to_numpy(),
        np.asarray(current.probability(given.sample.x.iloc[places])),
        tested["model"].to_numpy(),
        high_value=(values >= workspace.settings.high_value_fen_per_day * DAYS).to_numpy(),
        weight=None if weight is None else weight[places],
        blocked=blocked,
    )


def settle(workspace: Workspace, found: Challenge | None, model_id: str, *, source: str) -> str:
    """Let the better model score, if the settings leave that to us (``promotion: auto``).

    Returns
    -------
    str
        ``champion`` (it is already), ``promoted``, ``refused`` (R22, R23, or it has seen less than the champion),
        ``waiting`` for somebody to promote it, or ``incomparable``: the same, since there were no rows to compare on.
    """
    about = (FUNCTION, source or DELIVERIES, model_id)
    with Ledger(workspace.ledger) as ledger:
        if has_seen_less(ledger, *about):
            return "refused"  # an old month that is run again does not take a newer model's place
        if found is None:
            serving = ledger.one("SELECT model FROM champion WHERE function = ? AND source = ?", about[:2])
            if serving and serving["model"] == model_id:
                return "champion"
            ledger.event(workspace.now, "waits for promotion", model_id, {"why": "no rows to compare on"})
            return "incomparable"
        if not found.passed:
            detail = {"champion": found.champion, "refusals": list(found.refusals), "gain": found.gain.value}
            ledger.event(workspace.now, "not promoted", model_id, detail)
            return "refused"
        if workspace.settings.promotion == "manual":
            ledger.event(workspace.now, "waits for promotion", model_id, {"champion": found.champion})
            return "waiting"
        promote(workspace, ledger, *about, why=f"log-loss lower by {found.gain.value:.5f}", found=found)
        return "promoted"
