"""The keys of all widgets, components and tables: by them Streamlit keeps what each was set to.

Nothing else of a visitor stands under a string, but the one object of `camdash.app.session.state`. Braces are filled
in by `str.format`.
"""

CHECKPOINT, SECOND = "checkpoint", "second"
UPLOADS, UPLOADS_LIST, DROPPING = "uploads", "uploads-list", "dropping"
SAMPLE, SHORTCUT = "sample-{}", "shortcut"
THEME, OPENER = "theme", "opener"

VIEWER, SOFTMAX, PROBABILITIES = "viewer", "softmax", "probabilities"
ARROW, ARROW_KEYS = "arrow-{}", "arrow-keys"
INVERT, DOWNLOAD, TRY_AGAIN = "invert-{}", "download-{}", "try-again"
STAGE, CHECK_IMAGE = "stage-{}", "check-image"

COMPARISON, AGREEMENT, GOING_UP = "comparison", "agreement", "going-up"
STOP_COMPARING, GO_ON_COMPARING, TRY_COMPARING_AGAIN = "stop", "go-on", "comparison-try-again"

WORKLIST, PLACE_IN_TABLE, LIST_SAMPLES = "worklist", "keeping-{}", "list-samples"
MEANS_SOUGHT = "means-sought"
CLASSES, BELOW, ORDER = "worklist_classes", "worklist_below", "worklist_order"
ONLY_UNLIKE, ONLY_DIFFERENT = "worklist_unlike", "worklist_flips"
STOP_ANALYSING, GO_ON_ANALYSING = "worklist-stop", "worklist-go-on"
TRY_ANALYSING_AGAIN = "worklist-try-again"

NAMES, CLASS_NAME, CARD = "names-{}", "class-{}-{}", "card-{}"
