"""Class activation maps of all classes from one forward pass, and what follows from them."""
