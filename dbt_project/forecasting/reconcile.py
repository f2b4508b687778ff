"""A total and its parts, forecast apart, made to agree.

Least squares with the parts and the total weighted by the error variance that each showed in the backtest
(Wickramasuriya, Athanasopoulos and Hyndman 2019, with a diagonal matrix). For one total over parts it has a closed
form: the gap between the total and the sum of its parts is shared out in proportion to the variances, the total taking
its own share.
"""

from __future__ import annotations

import numpy as np

from forecasting.smoothing import Array


def reconcile(total: Array, parts: Array, total_variance: float, part_variance: Array, *, floor: bool) -> Array:
    """The parts (N, ...) moved so that their sum is the reconciled total; ``total`` has the shape of one part.

    The reconciled total is the sum of what is returned, by definition. With ``floor`` no part goes below zero.
    """
    shares = np.asarray(part_variance, dtype=float)
    everything = total_variance + shares.sum()
    # Without any error behind it the gap (if there is one) goes to the parts in equal shares.
    shares = shares / everything if everything > 0 else np.full(len(parts), 1 / len(parts))
    moved: Array = parts + shares.reshape(-1, *[1] * total.ndim) * (total - parts.sum(axis=0))
    return np.maximum(moved, 0) if floor else moved
