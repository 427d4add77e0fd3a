"""Faults, injected into the real processes: after each of them nothing is lost and nothing doubled."""
