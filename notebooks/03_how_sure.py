# %% [markdown]
# # 03 How sure
#
# An order is easily made. Would it be the same under other weights, with other evidence, with
# other choices that are just as defensible? Three questions, each with its pictures.

# %%
import ioscore

# %%
rubric = ioscore.read_rubric("thesis")
evidence = ioscore.read_evidence()
study = ioscore.run_study(evidence, rubric)
source = "ioscore, rubric thesis"

# %% [markdown]
# ## Other weights
#
# Not *one* other set of weights: all of them. How many would put each organisation at each rank?
# Draws are random; the seed makes them the same every time, and the error stands beside each share.

# %%
weights = ioscore.analyse_weights(study.scores, rubric, draws=20_000, seed=0)
ioscore.summary(weights)

# %%
ioscore.figures(weights, "rank_acceptability", "stability_intervals", source=source)

# %% [markdown]
# ## Other evidence
#
# What if one event were left out? One source? If each act were taken from the other coder? A few
# hundred draws are enough to see it; `ioscore sensitivity evidence` takes 5,000.

# %%
readings = ioscore.read_readings(rubric)
on_evidence = ioscore.analyse_evidence(evidence, rubric, readings=readings, draws=300, seed=0)
ioscore.summary(on_evidence)

# %%
ioscore.figures(on_evidence, "influence", "ranks_readings", source=source)

# %% [markdown]
# ## Other choices
#
# Every combination of every choice of the rubric is a world of its own. All of them are ranked
# (this is the longest cell: up to half a minute). *First* is here who is ahead by however little.
# `ioscore claims` asks for more, a lead above `close` of the rubric, so the share of worlds that it
# states for a first place is lower.

# %%
choices = ioscore.analyse_choices(evidence, rubric)
ioscore.summary(choices)

# %%
ioscore.figures(choices, "ranks_over_worlds", "variance_of_choices", source=source)

# %% [markdown]
# ## How to say it
#
# None of these shares is a probability. They say how much hangs on what: "under x% of all
# weights" is a statement on weights, not on the world. What can be said of the first place, what
# of the last?
#
# ## Now you
#
# 1. In the second cell, write `rubric = ioscore.reweight(rubric, {"unique_tactics": 0})` below the
#    line `rubric = ...`, and run from that cell on. Which answers stay?
# 2. Set `seed=1`. What changes, and by how much? Is that more than the error that was stated?
# 3. Name the one choice that decides most. Which of its levels would you defend, and why?
#
# The picture to keep: for every level of every choice, how often each organisation is first.

# %%
ioscore.figures(choices, "first_by_choice", source=source)
