"""A small press of invented newspapers on loopback: what the tests crawl, and what `make demo` shows."""
