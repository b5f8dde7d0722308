"""Seizures, covariates and activity -> one row for each country and year, gaps named."""

from ioscore.panel.build import Panel, build_panel
from ioscore.panel.supply import (
    AREA,
    TONNES,
    area_by_year,
    compare_covariates,
    longest_vintage,
    settle,
    tonnes_by_year,
    vintages,
)

__all__ = [
    "AREA",
    "TONNES",
    "Panel",
    "area_by_year",
    "build_panel",
    "compare_covariates",
    "longest_vintage",
    "settle",
    "tonnes_by_year",
    "vintages",
]
