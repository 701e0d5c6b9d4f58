"""Files that visitors give, and samples: opened, decoded, analysed in turn; nothing of who looks at which."""
