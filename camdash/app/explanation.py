"""How to read the picture, for somebody who has one minute."""

import streamlit as st

SENTENCES = (
    "**Orange to red** areas speak **for** the class, **blue** areas **against** it. Where the radiograph is "
    "untouched, there is no evidence either way.",
    "All classes share **one scale**: a pale map is weak evidence. Nothing is stretched unless the panel says so.",
    "Under each panel: *evidence + bias = logit*. The evidence is the mean of the map over its cells, and the classes' "
    "logits become the probabilities (softmax). The map is all there is, plus one constant per class.",
    "The **average** shows where the network responds to anything. Taking it away changes no probability. *Contrast* "
    "shows each class without it: why this class rather than the others.",
    "A map is coarse: its cells are some 32 pixels of the network's input apart, and each sees far around itself. "
    "Smooth edges are drawn, not known; *Grid* shows the cells as they are.",
    "Heat shows what the network **used**, not what is there. A right answer can rest on a marker in the corner.",
    "**Classic** draws maps as most papers do: each stretched over its own range, in rainbow colors. It looks "
    "convincing whatever the network did.",
)


def explain_the_picture() -> None:
    """Offer the explanation, closed at first."""
    with st.expander("How to read this"):
        st.markdown("\n".join(f"- {sentence}" for sentence in SENTENCES))
