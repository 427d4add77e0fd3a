"""Steps through a tree in the order of the document."""

from __future__ import annotations

from selectolax.lexbor import LexborNode


def next_node(node: LexborNode, is_inside: bool) -> LexborNode | None:
    """The node behind this one: its first child if `is_inside` and it has any, else the next past all that is in it.

    Text and comments are nodes, too. A walk takes time that grows with its steps and the depth it starts at.
    """
    if is_inside and (child := node.child) is not None:
        return child
    current: LexborNode | None = node
    while current is not None:
        if (following := current.next) is not None:
            return following
        current = current.parent
    return None
