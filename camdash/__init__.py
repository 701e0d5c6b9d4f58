"""camdash shows what an X-ray classifier looks at: one forward pass, the exact evidence of every class."""
