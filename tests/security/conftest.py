"""Fixtures of the attackers: the command line and the press, as the tests of the command line have them."""

from tests.cli.conftest import alone, dateline, press

__all__ = ["alone", "dateline", "press"]
