"""Where to draw the line."""

import numpy as np
from numpy.typing import NDArray


def for_precision(
    probabilities: NDArray[np.floating], truth: NDArray[np.bool_], precision: float, least: float, most: float
) -> float:
    """The lowest threshold between ``least`` and ``most`` above which at least ``precision`` of the items are right.

    Where none reaches it, the one with the best F1.
    """
    candidates = np.round(np.arange(least, most + 0.005, 0.01), 2)
    total = max(1, int(truth.sum()))
    best, best_f1 = most, -1.0
    for threshold in candidates:
        above = probabilities >= threshold
        right = int((above & truth).sum())
        chosen = max(1, int(above.sum()))
        if right / chosen >= precision:
            return float(threshold)
        f1 = 2 * right / (chosen + total)
        if f1 > best_f1:
            best, best_f1 = float(threshold), f1
    return best
