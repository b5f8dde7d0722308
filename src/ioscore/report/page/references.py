"""The literature that a report names; each stands in docs/methods.md or in the code that uses it."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple


class Work(NamedTuple):
    """A work: how a sentence names it, the whole of it, and its DOI ("" where it has none)."""

    short: str
    text: str
    doi: str


REFERENCES = {
    "abadie": Work(
        "Abadie et al. 2010",
        "Abadie, A., Diamond, A. and Hainmueller, J. (2010). Synthetic control methods for "
        "comparative case studies. Journal of the American Statistical Association 105(490), "
        "493–505.",
        "10.1198/jasa.2009.ap08746",
    ),
    "bloom": Work(
        "Bloom 1995",
        "Bloom, H. S. (1995). Minimum detectable effects: A simple way to report the statistical "
        "power of experimental designs. Evaluation Review 19(5), 547–556.",
        "10.1177/0193841X9501900504",
    ),
    "cameron": Work(
        "Cameron et al. 2008",
        "Cameron, A. C., Gelbach, J. B. and Miller, D. L. (2008). Bootstrap-based improvements for "
        "inference with clustered errors. Review of Economics and Statistics 90(3), 414–427.",
        "10.1162/rest.90.3.414",
    ),
    "datta": Work(
        "Datta & Du 2012",
        "Datta, D. D. and Du, W. (2012). Nonparametric HAC estimation for time series data with "
        "missing observations. International Finance Discussion Papers 1060. Board of Governors of "
        "the Federal Reserve System.",
        "",
    ),
    "gardner": Work(
        "Gardner 2022",
        "Gardner, J. (2022). Two-stage differences in differences. arXiv:2207.05943.",
        "",
    ),
    "holm": Work(
        "Holm 1979",
        "Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian "
        "Journal of Statistics 6(2), 65–70.",
        "",
    ),
    "kadzinski": Work(
        "Kadziński et al. 2012",
        "Kadziński, M., Greco, S. and Słowiński, R. (2012). Extreme ranking analysis in robust "
        "ordinal regression. Omega 40(4), 488–501.",
        "10.1016/j.omega.2011.09.003",
    ),
    "keeney": Work(
        "Keeney & Raiffa 1976",
        "Keeney, R. L. and Raiffa, H. (1976). Decisions with Multiple Objectives: Preferences and "
        "Value Tradeoffs. Wiley.",
        "",
    ),
    "kiefer": Work(
        "Kiefer & Vogelsang 2005",
        "Kiefer, N. M. and Vogelsang, T. J. (2005). A new asymptotic theory for "
        "heteroskedasticity-autocorrelation robust tests. Econometric Theory 21(6), 1130–1164.",
        "10.1017/S0266466605050565",
    ),
    "krippendorff": Work(
        "Hayes & Krippendorff 2007",
        "Hayes, A. F. and Krippendorff, K. (2007). Answering the call for a standard reliability "
        "measure for coding data. Communication Methods and Measures 1(1), 77–89.",
        "10.1080/19312450709336664",
    ),
    "lahdelma": Work(
        "Lahdelma & Salminen 2001",
        "Lahdelma, R. and Salminen, P. (2001). SMAA-2: Stochastic multicriteria acceptability "
        "analysis for group decision making. Operations Research 49(3), 444–454.",
        "10.1287/opre.49.3.444.11220",
    ),
    "mackinnon_nielsen": Work(
        "MacKinnon et al. 2023",
        "MacKinnon, J. G., Nielsen, M. Ø. and Webb, M. D. (2023). Cluster-robust inference: A guide "
        "to empirical practice. Journal of Econometrics 232(2), 272–299.",
        "10.1016/j.jeconom.2022.04.001",
    ),
    "mackinnon_webb": Work(
        "MacKinnon & Webb 2020",
        "MacKinnon, J. G. and Webb, M. D. (2020). Randomization inference for "
        "difference-in-differences with few treated clusters. Journal of Econometrics 218(2), "
        "435–450.",
        "10.1016/j.jeconom.2020.04.024",
    ),
    "oecd": Work(
        "OECD & JRC 2008",
        "OECD and JRC (2008). Handbook on Constructing Composite Indicators: Methodology and User "
        "Guide. OECD Publishing.",
        "10.1787/9789264043466-en",
    ),
    "paruolo": Work(
        "Paruolo et al. 2013",
        "Paruolo, P., Saisana, M. and Saltelli, A. (2013). Ratings and rankings: voodoo or science? "
        "Journal of the Royal Statistical Society A 176(3), 609–634.",
        "10.1111/j.1467-985X.2012.01059.x",
    ),
    "phipson": Work(
        "Phipson & Smyth 2010",
        "Phipson, B. and Smyth, G. K. (2010). Permutation P-values should never be zero. Statistical "
        "Applications in Genetics and Molecular Biology 9(1), 39.",
        "10.2202/1544-6115.1585",
    ),
    "santos": Work(
        "Santos Silva & Tenreyro 2006",
        "Santos Silva, J. M. C. and Tenreyro, S. (2006). The log of gravity. Review of Economics and "
        "Statistics 88(4), 641–658.",
        "10.1162/rest.88.4.641",
    ),
    "simonsohn": Work(
        "Simonsohn et al. 2020",
        "Simonsohn, U., Simmons, J. P. and Nelson, L. D. (2020). Specification curve analysis. Nature "
        "Human Behaviour 4(11), 1208–1214.",
        "10.1038/s41562-020-0912-z",
    ),
    "sobol": Work(
        "Sobol’ 2001",
        "Sobol’, I. M. (2001). Global sensitivity indices for nonlinear mathematical models and "
        "their Monte Carlo estimates. Mathematics and Computers in Simulation 55(1–3), 271–280.",
        "10.1016/S0378-4754(00)00270-6",
    ),
    "sun": Work(
        "Sun & Abraham 2021",
        "Sun, L. and Abraham, S. (2021). Estimating dynamic treatment effects in event studies with "
        "heterogeneous treatment effects. Journal of Econometrics 225(2), 175–199.",
        "10.1016/j.jeconom.2020.09.006",
    ),
    "webb": Work(
        "Webb 2023",
        "Webb, M. D. (2023). Reworking wild bootstrap-based inference for clustered errors. Canadian "
        "Journal of Economics 56(3), 839–858.",
        "10.1111/caje.12661",
    ),
}


def by_author(key: str) -> str:
    """Return what a work is sorted by: its authors, accents aside, and the year."""
    letters = unicodedata.normalize("NFKD", REFERENCES[key].text)
    return "".join(c for c in letters if not unicodedata.combining(c)).casefold()
