"""News pages in, articles out: pure functions of bytes, without network, database or clock."""
