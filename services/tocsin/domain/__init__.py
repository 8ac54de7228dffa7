"""Pure values and rules. No input, no output, no clock, no randomness."""
