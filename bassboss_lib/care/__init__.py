"""Customer care (客户关怀, specification 3.3.3): whom to care for, how, and what it did for satisfaction and loyalty.

Read in this order: `catalogue` says which occasions and forms there are, `occasions` who has an occasion, `people` who
may be cared for and how, `traits`, `kinds` and `welcome` who welcomes care, `beliefs` what each form brings whom,
`matching` finds the best matching within capacities and budget, `assigning` makes a campaign of it with controls and
known probabilities, `wording` and `listing` write it as a list, `steps` plans, remembers and sends unit 33001; then
`following` says what became of it, `evaluation` what that means, `tiring` whether care tires, `without` what would have
been answered without care, and `answers` what moves satisfaction.
"""

from bassboss_lib.care.answers import Drivers, satisfaction_drivers
from bassboss_lib.care.assigning import CareDesign, assign_care, design_of
from bassboss_lib.care.beliefs import Beliefs, beliefs_of, read_beliefs, write_beliefs
from bassboss_lib.care.catalogue import Catalogue, catalogue
from bassboss_lib.care.evaluation import CareEffects, care_effects, form_verdicts, grouped_care
from bassboss_lib.care.following import followed_care
from bassboss_lib.care.listing import CareList, care_list, with_why
from bassboss_lib.care.matching import Limits, match
from bassboss_lib.care.occasions import Occasions, occasions
from bassboss_lib.care.people import Candidates, candidates
from bassboss_lib.care.steps import (
    EvaluatedCare,
    Planned,
    campaign_of,
    evaluate_care,
    evaluate_figures,
    list_and_send,
    list_figures,
    plan,
    remember,
    send,
)
from bassboss_lib.care.tiring import Tiring, tiring

__all__ = [
    "Beliefs",
    "Candidates",
    "CareDesign",
    "CareEffects",
    "CareList",
    "Catalogue",
    "Drivers",
    "EvaluatedCare",
    "Limits",
    "Occasions",
    "Planned",
    "Tiring",
    "assign_care",
    "beliefs_of",
    "campaign_of",
    "candidates",
    "care_effects",
    "care_list",
    "catalogue",
    "design_of",
    "evaluate_care",
    "evaluate_figures",
    "followed_care",
    "form_verdicts",
    "grouped_care",
    "list_and_send",
    "list_figures",
    "match",
    "occasions",
    "plan",
    "read_beliefs",
    "remember",
    "satisfaction_drivers",
    "send",
    "tiring",
    "with_why",
    "write_beliefs",
]
