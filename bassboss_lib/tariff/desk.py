"""What the market designers' desk computes while a slider moves: the effect of a design on everybody, in a second."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from bassboss_lib.errors import CallError
from bassboss_lib.rating import Plan
from bassboss_lib.tariff.candidates import design_plan, write_plan
from bassboss_lib.tariff.prepare import Prepared, candidates_folder, prepare
from bassboss_lib.tariff.rehearsal import rehearse
from bassboss_lib.tariff.scenarios import fit_history
from bassboss_lib.tariff.scene import Base, Scene, base, design_bills, score
from bassboss_lib.tariff.searching import Covered, scene_of, with_inertia
from bassboss_lib.tariff.space import Space, design_of, read_space
from bassboss_lib.tariff.surveying import plan_survey, send_survey
from bassboss_lib.workspace import Workspace

__all__ = ["Desk", "desk_of", "effect", "open_desk"]

SAME_FEN = 100


@dataclass(frozen=True)
class Desk:
    """An open desk: customers of a space's brand, the choice model put to them, and where plans are kept."""

    workspace: Workspace
    month: str
    given: Prepared
    space: Space
    scene: Scene
    base: Base
    covered: Covered

    @cached_property
    def current_fen(self) -> np.ndarray:
        """The mean bill of each customer as it is."""
        return self.scene.use[4].mean(axis=0)

    def plan(self, values: dict[str, float]) -> Plan:
        """Give the plan of some parameters (the space's units)."""
        menu = [one for one in self.given.material.catalogue.plans if self.space.brand in ("", one.brand)]
        return design_plan(self.space, design_of(values), menu[0], self.covered)

    def save(self, values: dict[str, float]) -> str:
        """Keep the plan as a candidate under the space's name; give the name."""
        folder = candidates_folder(self.workspace)
        folder.mkdir(exist_ok=True)
        write_plan(folder / f"{self.space.name}.yaml", [self.plan(values)])
        return self.space.name

    def survey(self, values: dict[str, float], size: int) -> str:
        """Keep the plan, draw a survey about it and send it; give the survey's identifier."""
        months, name = self.scene.use.shape[1], self.save(values)
        given = prepare(self.workspace, self.month, "", months_back=months, candidates=name, parity_min=0.0)
        said = rehearse(given.material, given.candidates)
        planned = plan_survey(
            self.workspace,
            given,
            said,
            survey_id="",
            sample_size=size,
            half_width=0.03,
            response_rate=0.5,
            target_weight=0.5,
        )
        return send_survey(self.workspace, self.month, given.material, planned)[0].id


def open_desk(workspace: Workspace, month: str, space: Space, *, months_back: int, parity_min: float) -> Desk:
    """Open the desk on BOSS's deliveries.

    Raises
    ------
    GateRefused
        If bills cannot be reproduced, or there are too few customers of the brand.
    """
    given = prepare(workspace, month, "", months_back=months_back, candidates="", parity_min=parity_min)
    said = rehearse(given.material)
    scene, places, covered = scene_of(given.material, said, space)
    mine = np.isin(np.arange(len(said.billed)), places)
    model = with_inertia(fit_history(said, rows=mine))
    return Desk(workspace, month, given, space, scene, base(scene, model), covered)


def desk_of(workspace: Workspace, month: str, space: str, *, months_back: int, parity_min: float) -> Desk:
    """Open the desk on a space by name: of ``params/search`` here or beside the library.

    Raises
    ------
    CallError
        If there is no space of that name.
    """
    here = (Path.cwd(), Path.cwd().parent, Path(__file__).resolve().parents[2])
    for folder in here:
        path = folder / "params" / "search" / f"{Path(space).name}.yaml"
        if path.exists():
            return open_desk(workspace, month, read_space(path), months_back=months_back, parity_min=parity_min)
    raise CallError(f"no search {space!r}", where="params/search", remedy="write a file of bounds and steps")


def effect(scene: Scene, known: Base, current_fen: np.ndarray, design: np.ndarray) -> dict[str, float]:
    """Say what a design does to everybody.

    Returns
    -------
    dict
        winners, losers (shares; within a yuan counts as the same), p5_fen, p50_fen, p95_fen of the change if everybody
        were on it; take_up, revenue_change_fen, margin_change_fen (per customer and month) if it were offered.
    """
    change = design_bills(scene.use, design).mean(axis=0) - current_fen
    places = [int(share * (len(change) - 1)) for share in (0.05, 0.5, 0.95)]
    sorted_at = np.partition(change, places)[places]
    sums = score(known, design[None, :])[0] / len(change)
    return {
        "winners": float(np.mean(change < -SAME_FEN)),
        "losers": float(np.mean(change > SAME_FEN)),
        **dict(zip(("p5_fen", "p50_fen", "p95_fen"), sorted_at.tolist(), strict=True)),
        "take_up": float(sums[0]),
        "revenue_change_fen": float(sums[1]),
        "margin_change_fen": float(sums[2]),
    }
