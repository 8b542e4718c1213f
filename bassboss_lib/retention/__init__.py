"""Customer retention (客户挽留, specification 3.3.1): who will leave, why, and the list that BOSS works through.

Read in this order: `labels` says what churn is, `material` gathers what is learnt from, `churn` trains and scores,
`reasons` puts reasons and evidence into words, `prospects` joins scores and values, `listing` chooses, `sending`
delivers unit 31001.
"""

from bassboss_lib.retention.churn import Scored, champion, score, store_churn, train_churn
from bassboss_lib.retention.figures import explain_tested, list_figures, tested_probability, train_figures
from bassboss_lib.retention.labels import ChurnDefinition, labelled_months, labels, population
from bassboss_lib.retention.listing import Selection, interface_table, select
from bassboss_lib.retention.material import Material, material, refuse_leaks
from bassboss_lib.retention.prospects import Prospects, prospects, with_traits
from bassboss_lib.retention.reasons import main_reasons, taxonomy, traits
from bassboss_lib.retention.sending import deliver

__all__ = [
    "ChurnDefinition",
    "Material",
    "Prospects",
    "Scored",
    "Selection",
    "champion",
    "deliver",
    "explain_tested",
    "interface_table",
    "labelled_months",
    "labels",
    "list_figures",
    "main_reasons",
    "material",
    "population",
    "prospects",
    "refuse_leaks",
    "score",
    "select",
    "store_churn",
    "taxonomy",
    "tested_probability",
    "train_churn",
    "train_figures",
    "traits",
    "with_traits",
]
