"""The closed loop's memory: control groups, assignments, answers, outcomes, and effects with intervals.

Read in this order: `offers` says what may be offered, `rules` who is not called, `control` and `assign` who is kept
back by chance, `memory` keeps assignments and outcomes, `surveys` whom surveys drew, `responses` resolves what BOSS
answered, `draws` who was left alone by all campaigns, `accuracy` reads the model on these, `effects` what contact
changed, `verdicts` what that means, `profit` what is to be expected of the next call, `capacity` whom to call within
capacity and budget, `table` any randomised table.
"""

from bassboss_lib.campaigns.accuracy import Untreated, auc, rate, ratio_of_rates, standing, untreated
from bassboss_lib.campaigns.assign import ARMS, Assigned, Design, assign, kept_back
from bassboss_lib.campaigns.control import uniforms, universal_control
from bassboss_lib.campaigns.draws import UNSPOKEN, draws, untouched
from bassboss_lib.campaigns.effects import Arms, adjusted_difference, compare, difference_in_rates, effect_reached
from bassboss_lib.campaigns.memory import (
    assigned_before,
    assignments,
    campaign_months,
    outcomes,
    remember_assignments,
    remember_outcomes,
)
from bassboss_lib.campaigns.offers import Catalogue, catalogue, choose, suitable
from bassboss_lib.campaigns.responses import Leak, Responses, leaks, responses
from bassboss_lib.campaigns.rules import RULES, ContactRules, contact_rules, excluded_by
from bassboss_lib.campaigns.surveys import stored_surveys, survey_folder
from bassboss_lib.campaigns.verdicts import VERDICTS, Money, pooled, return_of, verdict

__all__ = [
    "ARMS",
    "RULES",
    "UNSPOKEN",
    "VERDICTS",
    "Arms",
    "Assigned",
    "Catalogue",
    "ContactRules",
    "Design",
    "Leak",
    "Money",
    "Responses",
    "Untreated",
    "adjusted_difference",
    "assign",
    "assigned_before",
    "assignments",
    "auc",
    "campaign_months",
    "catalogue",
    "choose",
    "compare",
    "contact_rules",
    "difference_in_rates",
    "draws",
    "effect_reached",
    "excluded_by",
    "kept_back",
    "leaks",
    "outcomes",
    "pooled",
    "rate",
    "ratio_of_rates",
    "remember_assignments",
    "remember_outcomes",
    "responses",
    "return_of",
    "standing",
    "stored_surveys",
    "suitable",
    "survey_folder",
    "uniforms",
    "universal_control",
    "untouched",
    "untreated",
    "verdict",
]
