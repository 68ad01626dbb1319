"""The parts that the scripts in tools/ share."""
