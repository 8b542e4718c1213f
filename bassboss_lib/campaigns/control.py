"""Who is never contacted, and the random numbers of assignments: keyed hashes, so that nobody can steer or guess them.

The universal control group (全局对照组) persists across campaigns and years. Every customer has a fixed place on a
circle, the hash of the pseudonym under a salt of its own; who stands on an arc as long as the group's share belongs to
it. Each year the arc moves on by a set share of its length: that part of the group is refreshed, the rest stays.
"""

import hashlib
import hmac
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from bassboss_lib.engine import keyed_sha256
from bassboss_lib.vault import salt
from bassboss_lib.workspace import Workspace

__all__ = ["uniforms", "universal_control"]

SALT = "universal_salt"
EPOCH_YEAR = 2020
FIRST_DIGITS = 13  # 52 bits: what a float holds exactly


def uniforms(workspace: Workspace, purpose: str, pseudonyms: Sequence[str]) -> np.ndarray:
    """Give each pseudonym a number in [0, 1) for one purpose: always the same, whatever the order of rows.

    Parameters
    ----------
    workspace : Workspace
        Its vault keeps the salt, which is made once and never changed.
    purpose : str
        Such as ``universal`` or ``R202610-01 control``; numbers for different purposes are independent.
    """
    if len(pseudonyms) == 0:
        return np.empty(0)
    key = hmac.new(salt(workspace, SALT), purpose.encode(), hashlib.sha256).digest()
    digests = keyed_sha256(key, pa.array(pseudonyms, pa.string())).to_pylist()
    return np.array([int(digest[:FIRST_DIGITS], 16) for digest in digests]) / 16.0**FIRST_DIGITS


def universal_control(
    workspace: Workspace, pseudonyms: Sequence[str], month: str, *, share: float, refresh_share: float
) -> np.ndarray:
    """Tell of each customer whether it belongs to the universal control group in a month.

    Parameters
    ----------
    share : float
        Size of the group, as a share of all customers.
    refresh_share : float
        Share of the group that is replaced each calendar year.
    """
    place = uniforms(workspace, "universal", pseudonyms)
    start = share * refresh_share * (int(month[:4]) - EPOCH_YEAR)
    return (place - start) % 1.0 < share
