"""The differences of weighted means and how sure they are, by regressions of statsmodels'.

A regression of `value` on indicators, weighted by the denominators, gives every cell's sum of numerators over its sum
of denominators, exactly; what is worked out here is how far such numbers lie apart, and how sure that is.
"""

from dataclasses import dataclass
from typing import Any

_ROUNDING = 1e-12
"""What rounding leaves of a spread that is none, beside the size of the values."""


@dataclass(frozen=True)
class Interval:
    """How sure a difference is: the bounds of its confidence interval and the two-sided p-value against 0."""

    low: float
    high: float
    p_value: float
    standard_error: float
    degrees_of_freedom: int


@dataclass(frozen=True)
class Observations:
    """What was observed, arrays of one length: `value`, `weight` (the denominator), `unit` (an int for what is
    independent of the others), and the indicators `is_after` and `is_group` (bool)."""

    value: Any
    weight: Any
    unit: Any
    is_after: Any
    is_group: Any

    def side(self, *, is_group: bool) -> "Observations":
        """The observations of the group, or those of the rest."""
        kept = self.is_group == is_group
        return Observations(
            self.value[kept], self.weight[kept], self.unit[kept], self.is_after[kept], self.is_group[kept]
        )


def over_time(side: Observations, *, confidence: float, smallest_cell: int) -> Interval | None:
    """After less before on one side: the last coefficient of `value` on [1, after].

    `confidence` is a share of 1; `smallest_cell` is the number of units in the smaller cell, at least 2. None where nothing
    spreads.
    """
    import numpy as np

    after = side.is_after.astype(float)
    return _last(side, np.column_stack([np.ones_like(after), after]), confidence, smallest_cell)


def beyond_the_rest(seen: Observations, *, confidence: float, smallest_cell: int) -> Interval | None:
    """The group's difference less the rest's: the last coefficient of `value` on [1, after, group, after x group].

    `smallest_cell` is the number of units in the smallest of the four cells, at least 2; the rest as in `over_time`.
    """
    import numpy as np

    after, group = seen.is_after.astype(float), seen.is_group.astype(float)
    design = np.column_stack([np.ones_like(after), after, group, after * group])
    return _last(seen, design, confidence, smallest_cell)


def _last(seen: Observations, design: Any, confidence: float, smallest_cell: int) -> Interval | None:
    """The interval of the design's last coefficient.

    The standard error is the jackknife over units (CRV3 of MacKinnon, Nielsen and Webb, 2023; HC3 where every
    observation is its own unit): the regression is done again without each unit in turn. The degrees of freedom are
    those of the smallest cell, fewer than statsmodels counts: its count makes the intervals of small groups far too
    narrow (docs/decisions.md has the figures).
    """
    from scipy import stats
    from statsmodels.regression.linear_model import WLS

    fitted: Any = WLS(seen.value, design, weights=seen.weight).fit(
        cov_type="cluster-crv3", cov_kwds={"groups": seen.unit}, use_t=True
    )
    estimate, error = float(fitted.params[-1]), float(fitted.bse[-1])
    if not error > _ROUNDING * float(abs(seen.value).max()):
        return None
    low, high = stats.t.interval(confidence, smallest_cell - 1, loc=estimate, scale=error)
    p_value = 2 * stats.t.sf(abs(estimate) / error, smallest_cell - 1)
    return Interval(float(low), float(high), float(p_value), error, smallest_cell - 1)
