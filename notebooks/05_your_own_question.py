# %% [markdown]
# # 05 Your own question
#
# The same way with another question. The folder `your_case` holds three files: a rubric, coded
# evidence, and a list of sources. They are a worked case to be replaced by yours.
#
# **Everything in it is made up**: the country, the agencies, every figure. What every column means
# is told in [Your own question in ten minutes](../docs/your-own-question.md).
#
# Copy the folder, change the two lines below, and run again.

# %%
import ioscore

RUBRIC = "your_case/rubric.yaml"
EVIDENCE = "your_case/evidence.csv"

# %% [markdown]
# ## 1. The rubric
#
# What is asked, who is compared, what counts, how much, and what makes an act weak or strong.

# %%
rubric = ioscore.read_rubric(RUBRIC)
rubric.title

# %%
{node.path: round(node.share, 3) for node in rubric.nodes()}

# %% [markdown]
# ## 2. The evidence
#
# One row for each thing that a source reports. Rows that tell the same event share an `event_id`
# and count once. What no source mentions gets no row.

# %%
evidence = ioscore.read_evidence(EVIDENCE)
ioscore.summary(evidence)

# %%
columns = ["organisation", "criterion", "subcriterion", "effect", "strength", "summary"]
evidence.to_frame()[columns]

# %% [markdown]
# ## 3. Scores and ranking
#
# A mistake in a file (an unknown criterion, a strength that is no level) is told here, with file
# and row.

# %%
study = ioscore.run_study(evidence, rubric)
ioscore.summary(study)

# %% [markdown]
# Not every row counts. Which do not, and why?

# %%
study.selection.left_out

# %%
ioscore.figures(study, "cells", "coverage", source="made-up data")

# %% [markdown]
# ## 4. How sure
#
# First the weights. If your rubric leaves no cell missing the shares are exact, else they are drawn.

# %%
weights = ioscore.analyse_weights(study.scores, rubric, draws=20_000, seed=0)
ioscore.summary(weights)

# %%
ioscore.figures(weights, "rank_acceptability", "stability_intervals", source="made-up data")

# %% [markdown]
# Then single events, and every combination of choices.

# %%
on_evidence = ioscore.analyse_evidence(evidence, rubric, draws=500, seed=0)
ioscore.summary(on_evidence)

# %%
choices = ioscore.analyse_choices(evidence, rubric)
ioscore.summary(choices)

# %%
ioscore.figures(choices, "ranks_over_worlds", "first_by_choice", source="made-up data")

# %% [markdown]
# ## 5. Somebody else's weights
#
# Who moves when testing weighs more, and who does not? Look at what is missing.

# %%
other = ioscore.reweight(rubric, {"testing": 50})
ioscore.summary(ioscore.run_study(evidence, other))

# %% [markdown]
# Or drag them:

# %%
ioscore.explore(study)

# %% [markdown]
# ## Now you
#
# 1. Add a row to `evidence.csv`: PIPES tests water, strength 2. Guess what it does to its score
#    before you run the notebook again. (Its testing was *missing*, not zero.)
# 2. Change `missing: renormalise` in `rubric.yaml` to `worst`. Is that harder or fairer?
# 3. Code the same source with a friend, each alone, before you compare.
# 4. Replace all three files by your own question.
#
# The picture to keep: the answer, with all that the missing cells leave open.

# %%
ioscore.figures(study, "contributions", source="made-up data")
