"""Files that lie in a folder of checkpoints to do harm, or by mistake: built here, none of them stored.

Each builder writes one file, with what lies beside it, and says which sentence it gives; None where it can be used.
"""

from tests.networks.hostile import archives, beside, cards, graphs, names, places, tables, tensors
from tests.networks.hostile.case import Case

CASES: tuple[Case, ...] = (
    *places.CASES,
    *names.CASES,
    *cards.CASES,
    *tables.CASES,
    *tensors.CASES,
    *archives.CASES,
    *beside.CASES,
    *graphs.CASES,
)
