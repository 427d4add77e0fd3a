"""Deduplication by text: tokens, a sketch, candidates that share it, a verdict on each, and groups of copies."""
