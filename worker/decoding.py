"""From the bytes on the wire to those of the page: bounded decompression, and whether they are text at all."""

from __future__ import annotations

import re
import zlib

from worker.fetch_errors import BadEncoding, TooLarge, Truncated

ACCEPTED = "gzip, deflate"  # what is asked for: the standard library reads these two
CHUNK = 16_384  # bytes
GZIP_MAGIC = b"\x1f\x8b"
_NAMES = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}  # x-gzip: RFC 9110, 8.4.1.3
_UNREADABLE = re.compile(r"br|zstd|compress|x-compress|dcb|dcz")

SNIFFED = 1445  # bytes that decide what a body is, as in the WHATWG MIME Sniffing Standard
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")  # the standard's "binary data bytes"
_TEXT_TYPE = re.compile(r"text/|.*(?:html|xml|json|rss|atom|javascript)")
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_MAGIC = re.compile(
    rb"%PDF-|%!PS|\x89PNG\r|\xff\xd8\xff|GIF8[79]a|BM.{4}\x00{4}|RIFF.{4}(?:WEBP|WAVE|AVI )|II\*\x00|MM\x00\*"
    rb"|\x00\x00\x01\x00|.{4}ftyp|\x1aE\xdf\xa3|OggS|ID3|fLaC|FLV\x01|\x00\x00\x01[\xb3\xba]|PK[\x03\x05\x07]|\x1f\x8b"
    rb"|Rar!|7z\xbc\xaf|wOF[F2]|\xd0\xcf\x11\xe0",
    re.DOTALL,
)


def encoding_of(header: str) -> str:
    """The encoding that a Content-Encoding header names: `identity`, `gzip` or `deflate`.

    Words that are no encodings (a charset, `none`) count as identity, as in browsers. Raises BadEncoding for one that
    was not asked for, and for several on top of each other.
    """
    named = [name for part in header.lower().split(",") if (name := part.strip()) not in ("", "identity")]
    if len(named) > 1 or any(_UNREADABLE.fullmatch(name) for name in named):
        raise BadEncoding(f"Content-Encoding: {header[:80]}")
    return _NAMES.get(named[0], "identity") if named else "identity"


def decode(wire: bytes, encoding: str, limit: int) -> bytes:
    """A whole body, decoded, as Decoder does it. Raises TooLarge, Truncated, BadEncoding."""
    decoder = Decoder(encoding, limit)
    decoder.feed(wire)
    return decoder.finish()


class Decoder:
    """Decodes a body while it arrives, and stops once it has more than `limit` bytes.

    gzip may have several members and garbage after them; deflate may come without its zlib wrapper; a body that is not
    compressed although its header says so is taken as it is (then `encoding` becomes identity). A gzip file inside, as
    sitemap.xml.gz is, gets unpacked as well.
    """

    def __init__(self, encoding: str, limit: int) -> None:
        self.encoding = encoding
        self._limit = limit
        self._room = limit
        self._parts: list[bytes] = []
        self._held = b""  # a first byte, too little to tell what follows
        self._inflater: zlib._Decompress | None = None
        self._has_member = False  # a compressed stream was read to its end: what follows may be garbage
        self._is_done = False

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the wire. Raises TooLarge, BadEncoding."""
        for start in range(0, len(data), CHUNK):  # small bites: the rest is copied at each end of a gzip member
            bite = data[start : start + CHUNK]
            while bite and not self._is_done:
                bite = self._take(bite)

    def finish(self) -> bytes:
        """The decoded body. Raises Truncated if its compressed form ended early; TooLarge, BadEncoding."""
        body = self._end()
        if not body.startswith(GZIP_MAGIC):
            return body
        inner = Decoder("gzip", self._limit)
        try:
            inner.feed(body)
        except BadEncoding:
            return body
        return inner._end()

    def so_far(self) -> bytes:
        """What was decoded until now."""
        return b"".join(self._parts)

    def _take(self, data: bytes) -> bytes:
        """Take some of the data and return the rest."""
        if self.encoding != "identity" and self._inflater is None:
            data, self._held = self._held + data, b""
            if len(data) < 2:
                self._held = data
                return b""
            self._inflater = self._inflater_for(data)
            if self._inflater is None and self._has_member:
                self._is_done = True
                return b""
        if self._inflater is None:
            self.encoding = "identity"
            return self._keep(data)
        return self._inflate(self._inflater, data)

    def _inflater_for(self, start: bytes) -> zlib._Decompress | None:
        if self.encoding == "gzip":
            return zlib.decompressobj(zlib.MAX_WBITS | 16) if start.startswith(GZIP_MAGIC) else None
        has_wrapper = start[0] & 0x0F == 8 and int.from_bytes(start[:2], "big") % 31 == 0  # RFC 1950, 2.2
        return zlib.decompressobj(zlib.MAX_WBITS if has_wrapper else -zlib.MAX_WBITS)

    def _inflate(self, inflater: zlib._Decompress, data: bytes) -> bytes:
        try:
            self._keep(inflater.decompress(data, self._room + 1))
        except zlib.error as error:
            if not self._has_member:
                raise BadEncoding(f"the body is not {self.encoding}: {error}") from error
            self._is_done = True
            return b""
        if not inflater.eof:
            return b""
        self._inflater, self._has_member = None, True
        self._is_done = self.encoding == "deflate"
        return inflater.unused_data

    def _keep(self, data: bytes) -> bytes:
        self._room -= len(data)
        if self._room < 0:
            raise TooLarge(f"the body has more than {self._limit} bytes")
        self._parts.append(data)
        return b""

    def _end(self) -> bytes:
        if self._inflater is not None and not self._is_done:
            raise Truncated(f"the {self.encoding} body ends early")
        if self._held and not self._has_member:
            self.encoding = "identity"
            self._keep(self._held)
        return self.so_far()


def is_text(content_type: str, body: bytes) -> bool:
    """Whether a body can be a page, a feed or another text.

    No, if it begins like a known binary format, whatever it is declared to be; else yes, if it is declared as text, or
    its first bytes look like it.
    """
    head = body[:SNIFFED]
    if head.startswith(_BYTE_ORDER_MARKS):
        return True
    if _MAGIC.match(head):
        return False
    return bool(_TEXT_TYPE.match(content_type.strip().lower())) or not _BINARY.search(head)
