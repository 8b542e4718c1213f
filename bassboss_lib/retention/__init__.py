"""Customer retention (客户挽留, specification 3.3.1): who will leave, why, and the list that BOSS works through.

Read in this order: `labels` says what churn is, `exposure` who was treated meanwhile, `material` gathers what is learnt
from, `churn` trains and scores, `challenging` decides which model does, `reasons` puts reasons and evidence into words,
`prospects` joins scores and values, `planning` makes a campaign of them, `listing` writes it as a list, `sending`
delivers unit 31001; then `outcomes` says what became of it, `evaluation` what that means, `opinions` reads what
customers said, `drift` what has changed, `effect_model` and `uplift` who is changed by
contact.
"""

from bassboss_lib.retention.challenging import challenge_churn, settle
from bassboss_lib.retention.churn import Scored, champion, score, store_churn, train_churn
from bassboss_lib.retention.drift import base_rates, drift, drift_blocks, retraining_due
from bassboss_lib.retention.evaluation import accuracy, agreement, chosen, effects, grouped, scored_population
from bassboss_lib.retention.figures import (
    evaluate_figures,
    explain_tested,
    list_figures,
    tested_probability,
    train_figures,
)
from bassboss_lib.retention.labels import ChurnDefinition, labelled_months, labels, population
from bassboss_lib.retention.listing import Selection, interface_table, select
from bassboss_lib.retention.material import Material, material, refuse_leaks
from bassboss_lib.retention.maturity import expected_final, track_record
from bassboss_lib.retention.opinions import classify, heard
from bassboss_lib.retention.outcomes import Followed, follow, followed_campaigns, states
from bassboss_lib.retention.planning import Planned, campaign_of, design_of, plan, remember
from bassboss_lib.retention.prospects import Prospects, prospects, with_traits
from bassboss_lib.retention.reasons import main_reasons, taxonomy, traits
from bassboss_lib.retention.sending import deliver
from bassboss_lib.retention.uplift import Learnt, learn

__all__ = [
    "ChurnDefinition",
    "Followed",
    "Learnt",
    "Material",
    "Planned",
    "Prospects",
    "Scored",
    "Selection",
    "accuracy",
    "agreement",
    "base_rates",
    "campaign_of",
    "challenge_churn",
    "champion",
    "chosen",
    "classify",
    "deliver",
    "design_of",
    "drift",
    "drift_blocks",
    "effects",
    "evaluate_figures",
    "expected_final",
    "explain_tested",
    "follow",
    "followed_campaigns",
    "grouped",
    "heard",
    "interface_table",
    "labelled_months",
    "labels",
    "learn",
    "list_figures",
    "main_reasons",
    "material",
    "plan",
    "population",
    "prospects",
    "refuse_leaks",
    "remember",
    "retraining_due",
    "score",
    "scored_population",
    "select",
    "settle",
    "states",
    "store_churn",
    "taxonomy",
    "tested_probability",
    "track_record",
    "train_churn",
    "train_figures",
    "traits",
    "with_traits",
]
