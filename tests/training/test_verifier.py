"""The fit of the verifier."""

from __future__ import annotations

import numpy as np

from training.verifier import fit_signed


def test_weights_keep_their_signs_and_find_what_tells_the_labels_apart() -> None:
    draw = np.random.default_rng(2)
    values = draw.normal(size=(400, 3))
    labels = (values[:, 0] - values[:, 1] > 0).astype(float)
    weights, _ = fit_signed(values, labels, np.ones(400), np.array([1.0, 1.0, -1.0]))
    assert weights[0] > 0.5
    assert weights[1] == 0, "it would be negative"
    assert weights[2] <= 0
    free, offset = fit_signed(values, labels, np.ones(400), np.zeros(3))
    assert free[1] < -0.5
    assert np.mean((values @ free + offset > 0) == (labels > 0.5)) > 0.97
