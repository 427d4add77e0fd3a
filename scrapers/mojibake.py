"""UTF-8 that a publisher's system once read as Windows-1252, put right where that is certain."""

# ruff: noqa: RUF001  (letters that look alike are what this is about)

from __future__ import annotations

import re

_LONGEST = 50_000  # characters; what is longer is no paragraph, and mending it takes seconds
_ROUNDS = 3  # some are encoded twice, and more
_HIGH = bytes(range(0x80, 0xA0)).decode("cp1252", "replace")
_BYTE_OF = {char: 0x80 + number for number, char in enumerate(_HIGH) if char != "\ufffd"}
_REST = "\x80-\xbf" + "".join(char for char in _BYTE_OF)  # what the bytes 80 to BF look like
# Ã or Â and a sign that no word goes on with; â€ and another; Ð and its like three times; emoji; Chinese four times:
# all begin with one sign of a class, for which a text is searched nine times as fast as for one of several beginnings
_CERTAIN = re.compile(
    f"[ÃÂâðÐÑÎÏØÙã-ï](?:(?<=[ÃÂ])[\x80-\x9f¡-§©¬®-³µ-·¹º¼-¿€ƒ†-‡ˆ‰ŠšŒœŽž™Ÿ¢˜]|(?<=â)[\x80-\x84€‚ƒ„][{_REST}]"
    f"|(?<=[ÐÑÎÏØÙ])[{_REST}](?:[ÐÑÎÏØÙ][{_REST}]){{2}}|(?<=ð)Ÿ[{_REST}]{{2}}"
    f"|(?<=[ã-ï])[{_REST}]{{2}}(?:[ã-ï][{_REST}]{{2}}){{3}})"
)
_RUN = re.compile(f"[Â-ô\xc2-\xf4][{_REST}]{{1,3}}(?:[\xc2-\xf4][{_REST}]{{1,3}})*")


def mended(text: str) -> str:
    """The text, with such runs as they were meant; unchanged unless one of them can be nothing else."""
    if len(text) > _LONGEST:
        return text
    for _ in range(_ROUNDS):
        if not _CERTAIN.search(text):
            return text
        text = _RUN.sub(_as_meant, text)
    return text


def _as_meant(match: re.Match[str]) -> str:
    run = match[0]
    try:
        return bytes(_BYTE_OF.get(char, ord(char)) for char in run).decode("utf-8")
    except ValueError:  # a sign of no byte, or bytes that are no UTF-8: it was meant as it stands
        return run
