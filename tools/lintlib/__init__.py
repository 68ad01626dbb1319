"""The checks of tools/lint, a module a kind."""
