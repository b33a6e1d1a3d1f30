"""Faults: what is broken, cut off, killed, filled up or run twice at once."""
