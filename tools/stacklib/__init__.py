"""The parts of tools/stack."""
