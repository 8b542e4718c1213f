"""The planted types as a page shows them: how many are of each in network, and where their latents lie."""

import pandas as pd

from bassboss_lib.boss import history, latent
from bassboss_lib.boss.parameters import LATENTS
from bassboss_lib.boss.world import World, read_world
from bassboss_lib.workspace import Workspace

__all__ = ["types_planted"]


def types_planted(workspace: Workspace, month: str = "", world: World | None = None) -> pd.DataFrame:
    """Describe the planted types in a month that was lived.

    Parameters
    ----------
    workspace : Workspace
        Where the world lives.
    month : str, optional
        Default the newest that was lived.
    world : World, optional
        Default the shipped one.

    Returns
    -------
    DataFrame
        A row for each type, in the order of ``world.yaml``: ``type`` (its key), ``zh``, ``en``, ``planted`` (share of
        newcomers), ``customers`` (in network), ``share`` of them, and the mean of each of `LATENTS`, in standard
        deviations over newcomers.
    """
    world = world or read_world()
    state = history.state_of(workspace, month or history.lived(workspace)[-1])
    active = state.active
    people = {name: column[active] for name, column in state.people.items()}
    kinds = world.types.kinds
    frame = pd.DataFrame(latent.latents(world, people)).assign(place=people["latent_type"])
    means = frame.groupby("place").mean().reindex(range(len(kinds)))[list(LATENTS)]
    counts = frame["place"].value_counts().reindex(range(len(kinds)), fill_value=0)
    told = {
        "type": list(kinds),
        "zh": [kind.zh for kind in kinds.values()],
        "en": [kind.en for kind in kinds.values()],
        "planted": world.types.shares,
        "customers": counts.to_numpy(),
        "share": (counts / max(counts.sum(), 1)).to_numpy(),
    }
    return pd.DataFrame(told).join(means)
