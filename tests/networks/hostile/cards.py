"""Cards: text that breaks a page, numbers that overflow, JSON that is none."""

from tests.networks.hostile.case import Case, card, with_card

DEEP = "[" * 100_000


def names(*found: str) -> str:
    return card(class_names=list(found))


def case(name: str, text: str | bytes, sentence: str | None) -> Case:
    return Case(f"card-{name}.pth", with_card(text), sentence)


CASES = (
    case("surrogate", card(trained="\udfff"), "trained must be without control characters, lone surrogates"),
    case("control", card(notes="a\x1b[31mb"), "notes must be without control characters"),
    case("nul", card(license="a\0b"), "license must be without control characters"),
    case("turned", names("Hand", "dnaH\u202e", "Foot"), "class_names must be without .* direction of writing"),
    case("nested-text", card(sources=[{"a": "\udfff"}]), "sources must be without"),
    case("long-text", card(notes="a" * 100_000), "notes must be at most 20000 characters long"),
    case("same-trimmed", names("Hand", "Hand ", "Foot"), "class_names must differ from each other"),
    case("same-case", names("Hand", "HAND", "Foot"), "class_names must differ from each other"),
    case("same-sharp-s", names("Fuß", "FUSS", "Hand"), "class_names must differ from each other"),
    case("same-wide", names("Hand", "Ｈａｎｄ", "Foot"), "class_names must differ from each other"),
    case("same-composed", names("H\u00fcfte", "Hu\u0308fte", "Foot"), "class_names must differ from each other"),
    case("same-spaces", names("Left hand", "Left \u00a0hand", "Foot"), "class_names must differ from each other"),
    case("same-unseen", names("Hand", "Ha\u200bnd", "Foot"), "class_names must differ from each other"),
    case("unseen", names("Hand", "\u200b", "Foot"), "class_names must be a list of names, and one of them is empty"),
    case("long-name", names("Hand", "H" * 1000, "Foot"), "class_names must be at most 200 characters long"),
    case("million", card(class_names=["a"] * 30_000), "class_names must be at most 25000 names"),
    case("trimmed", names(" Hand\n", "Foot", "Hip"), None),
    case("deep", DEEP, "is not valid JSON"),
    case("deep-value", card(sources="x").replace('"x"', "[" * 900 + "]" * 900), None),
    case("twice", card().replace("{", '{"fit": "pad", ', 1), "a key stands in it twice"),
    case("nan", card(mean=float("nan")), "mean must be a finite number"),
    case("digits", card(pad_value=10**400), "pad_value must be a finite number"),
    case("more-digits", card(mean=1).replace('"mean": 1', '"mean": 1' + "0" * 5000), "is not valid JSON"),
    case("exponent", card(std=1).replace('"std": 1', '"std": 1e999'), "std must be a finite number"),
    case("bool", card(input_size=[True, True]), "input_size must be whole numbers"),
    case("bool-number", card(std=True), "std must be a number"),
    case("bool-choice", card(fit=True), "fit must be one of"),
    case("huge-input", card(input_size=[2**63, 2**63]), "input_size must lie between 1 and 4096 pixels"),
    case("huge-word", card(fit="x" * 500_000), r"fit must be one of stretch, pad, crop, not 'x{50,58}…\."),
    case("huge-architecture", card(architecture="\udfff" * 1000), "is not one that camdash can split"),
    case("stride", card(output_stride=True), "output_stride must be one of 8, 16, 32"),
    case("stride-of-another", card(output_stride=16), "output_stride, which camdash can do for ResNets only"),
    case("latin-1", '{"architecture": "Hüfte"}'.encode("latin-1"), "is not UTF-8 text"),
    case("empty", "", "is not valid JSON"),
    case("too-large", " " * 1_000_001, "is too large"),
    case("list", "[1, 2]", "must be a JSON object"),
)
