"""timm's networks: recognised by an index, built by timm, and divided by one rule for all of them."""
