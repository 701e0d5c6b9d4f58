"""What may be told of a DICOM file beside its picture: an allow-list, in the standard's own terms."""

from camdash.images.dicom.dataset.header import Description, Interpretation, Layout
from camdash.images.dicom.dataset.syntaxes import syntax_name
from camdash.words.sentence import say

MODALITIES = "CR CT DX ES IO IVUS MG MR NM OP OT PT PX RF RG RTIMAGE SC SM US XA XC"
"""Of PS3.3, C.7.3.1.1.1."""

VIEWS = "AP PA LL RL RLD LLD RLO LLO MLO CC ML LM LMO XCCL XCCM XCC FB SIO ISO CV LAT LATERAL OBLIQUE AXIAL"
"""Of PS3.3, C.8.7.1.1.3 (CR), C.8.11.5 (DX) and PS3.16, CID 4014 (mammography), with the usual words for them."""

BODY_PARTS = (
    "ABDOMEN ABDOMENPELVIS ACJOINT ADRENAL ANKLE AORTA ARM AXILLA BACK BLADDER BRAIN BREAST BRONCHUS BUTTOCK CALCANEUS "
    "CALF CAROTID CEREBELLUM CERVIX CHEEK CHEST CLAVICLE COCCYX COLON CSPINE CTSPINE DUODENUM EAR ELBOW ESOPHAGUS "
    "EXTREMITY EYE EYELID FACE FEMUR FINGER FOOT FOREARM GALLBLADDER HAND HEAD HEART HIP HIPJOINT HUMERUS ILEUM ILIUM "
    "JAW JEJUNUM KIDNEY KNEE LARYNX LEG LIVER LLEG LOWERLEG LSPINE LSSPINE LUNG MAXILLA MEDIASTINUM MOUTH NECK "
    "NECKCHEST NOSE ORBIT OVARY PANCREAS PAROTID PATELLA PELVIS PENIS PHARYNX PROSTATE RECTUM RIB RIBS SACRUM "
    "SCALP SCAPULA SCLERA SCROTUM SHOULDER SIJOINT SKULL SPINE SPLEEN SSPINE STERNUM STOMACH SUBMANDIBULAR TESTIS "
    "THIGH THORAX THUMB THYMUS THYROID TIBIA TIBIAFIBULA TLSPINE TMJ TOE TONGUE TRACHEA TSPINE ULNA UPPERARM "
    "UPPERLEG URETER URETHRA UTERUS VAGINA VULVA WHOLEBODY WRIST ZYGOMA"
)
"""Of PS3.16, annex L: the defined terms of Body Part Examined. The element is often typed by hand."""


def facts_of(
    layout: Layout, meaning: Interpretation, description: Description, syntax: str, window: str
) -> tuple[tuple[str, str], ...]:
    """Return the facts as (name, value): numbers, and words of the standard; nothing else that stands there."""
    facts = (
        (say("Rows"), str(layout.rows)),
        (say("Columns"), str(layout.columns)),
        (say("Spacing"), _spacing(description)),
        (say("Body part"), _term(description.body_part, BODY_PARTS).capitalize()),
        (say("View position"), _term(description.view_position, VIEWS)),
        (say("Modality"), _term(description.modality, MODALITIES)),
        (say("Photometric interpretation"), layout.photometric),
        (say("Bits"), _bits(layout)),
        (say("Rescale"), "" if meaning.modality else _line(meaning.slope, meaning.intercept)),
        (say("Transfer syntax"), syntax_name(syntax)),
        (say("Window"), window),
    )
    return tuple((name, value) for name, value in facts if value)


def _spacing(description: Description) -> str:
    if description.millimetres is None:
        return ""
    down, across = description.millimetres
    return say("{down:g} x {across:g} mm", down=down, across=across)


def _bits(layout: Layout) -> str:
    stored, allocated = layout.stored, layout.allocated
    if layout.signed:
        return say("{stored} of {allocated}, signed", stored=stored, allocated=allocated)
    return say("{stored} of {allocated}", stored=stored, allocated=allocated)


def _line(slope: float, intercept: float) -> str:
    if (slope, intercept) == (1, 0):
        return ""
    sign = "+" if intercept >= 0 else "-"
    return say("{slope:g} x value {sign} {intercept:g}", slope=slope, sign=sign, intercept=abs(intercept))


def _term(said: str, terms: str) -> str:
    """Return a word of the standard; empty if it is none."""
    return said if said in terms.split() else ""
