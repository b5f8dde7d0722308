# %% [markdown]
# # 04 Seizures
#
# Does the work of an organisation show in what is seized? A plan was written down before any
# estimate was run, so that nobody could look for the model that shows something. It was changed
# since, once at least after first estimates had been seen: each change stands below with its date
# and its reason.
#
# Keep one sentence in mind all the way: **seizures measure enforcement as much as flow.** More
# kilograms may mean more trafficking, or more found of it. No sign is read as success or failure.

# %%
import ioscore

# %%
plan = ioscore.read_plan()
ioscore.summary(plan)

# %% [markdown]
# ## What there is, and what is missing
#
# One row for each country and year. What was not reported is missing, never zero.

# %%
data = ioscore.read_outcome_data()
panel = ioscore.planned_panel(data, plan, outcomes=[plan.outcome])
ioscore.summary(panel)

# %%
ioscore.figures(panel, "missing")

# %% [markdown]
# ## One country: a break in its series?
#
# Did what Tajikistan seizes change in the years when something began or ended there? Words below:
#
# - *HAC errors, Bartlett weights*: the uncertainty is computed so that neighbouring years may be
#   alike, the nearer the more so.
# - *Fixed-b*: such errors are themselves uncertain in a short series, so the bounds are wider than
#   the usual tables would give.

# %%
series = ioscore.regress("series", data, plan)
ioscore.summary(series)

# %%
ioscore.figures(series)

# %% [markdown]
# Look at the dashed line: it is the fit without breaks, carried on, and soon absurd. A series of
# one country has nothing to be compared with.
#
# ## Against other countries: a synthetic one
#
# A weighted mean of countries in which the event did not happen, made to run alike before it. A
# *placebo* is the same done for a country without the event: what shows there is no effect of it.

# %%
synthetic = ioscore.regress("synth", data, plan)
ioscore.summary(synthetic)

# %%
ioscore.figures(synthetic)

# %% [markdown]
# ## All countries and years
#
# For every treatment the p-value comes from asking: what if the same paths had fallen to other
# countries? To be done in a minute, this notebook runs the planned model alone and draws fewer paths
# than the plan says, so that p-values and intervals are coarser. The further estimators, the
# log-linear one among them, are left out: that is why a sentence below says that no treatment has
# both. The whole plan is `ioscore regress panel` in a terminal.
#
# - *Poisson (PPML)*: a model of the kilograms themselves, in which effects are factors (twice as
#   much, half as much) and a year with nothing seized need not be dropped.
# - *By permutation*: the comparison with paths that fell to other countries, just named.
# - *Errors by country (CR1)*: the usual formula, which lets the years of one country be alike and
#   needs many countries to be right.
# - *Corrected*: whoever asks of several treatments finds one by chance more easily; the p-value is
#   raised for that.

# %%
quick = ioscore.shorten(plan, draws=39)
countries = ioscore.regress("panel", data, quick, jobs=2)
ioscore.summary(countries)

# %% [markdown]
# Read what *could* have been found, too. Where the grey band below is wide, "no effect" is not the
# answer: "cannot be seen in such data" is.
#
# ## Now you
#
# 1. `ioscore.regress("series", data, plan, outcome="cannabis")`: same breaks, another drug. If the
#    breaks were about trafficking routes, would you expect both to move?
# 2. `ioscore.planned_panel(data, plan)` without `outcomes` shows every outcome. Whose reports stop?
# 3. Write one sentence on seizures in Tajikistan that this notebook carries, and one that it does
#    not.
#
# The picture to keep: every effect with the interval of every method.

# %%
ioscore.figures(countries, "coefficients")
