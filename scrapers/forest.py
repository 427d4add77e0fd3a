"""Judges columns of features with boosted oblivious trees: each level of such a tree asks the same question everywhere.

That makes a tree a table of leaves, and a page's blocks are judged by all trees in a few array operations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int32]
Reals = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Forest:
    """`feature` and `border` are trees x levels, 8 at most, `leaf` is trees x 2 ** levels, `bias` is one number."""

    feature: Numbers
    border: Reals
    leaf: Reals
    bias: float

    @classmethod
    def of(cls, arrays: Mapping[str, npt.NDArray[np.float32]], name: str) -> Forest:
        """The forest whose arrays are called `<name>_feature` and so on."""
        bias = float(arrays[f"{name}_bias"])
        return cls(arrays[f"{name}_feature"].astype(np.int32), arrays[f"{name}_border"], arrays[f"{name}_leaf"], bias)

    def chances(self, features: Reals) -> npt.NDArray[np.float64]:
        """How likely each column of features is a yes, 0 to 1."""
        trees, levels = self.feature.shape
        leaves = np.zeros((trees, features.shape[1]), dtype=np.uint8)  # bytes are fast, and enough for 8 levels
        for level in reversed(range(levels)):
            leaves += leaves
            leaves += features.take(self.feature[:, level], axis=0) > self.border[:, level, None]
        places = leaves + (np.arange(trees) * self.leaf.shape[1])[:, None]
        total: npt.NDArray[np.float64] = self.leaf.take(places).sum(axis=0, dtype=np.float64) + self.bias
        return 1 / (1 + np.exp(-np.clip(total, -30, 30)))
