"""What tools/bench and tools/profile are made of."""
