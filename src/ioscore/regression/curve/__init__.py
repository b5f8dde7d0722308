"""Every defensible specification at once, and whether all of them together say something."""

from ioscore.regression.curve.analysis import SpecificationCurve, specification_curve

__all__ = ["SpecificationCurve", "specification_curve"]
