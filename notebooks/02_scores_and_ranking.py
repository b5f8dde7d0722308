# %% [markdown]
# # 02 Scores and ranking
#
# From coded rows to an order, every step in sight; then change what you would weigh otherwise.

# %%
import ioscore

# %%
rubric = ioscore.read_rubric("thesis")
evidence = ioscore.read_evidence()
study = ioscore.run_study(evidence, rubric)
ioscore.summary(study)

# %% [markdown]
# That is the answer, with what it leaves open. As a table: `rank_best` and `rank_worst` are the
# ranks that would be possible if you filled the missing cells in any way you like.

# %%
study.ranking.table.convert_dtypes()  # ranks as whole numbers

# %%
ioscore.figures(study, "contributions")

# %% [markdown]
# ## What stands in the cells
#
# Each organisation has a score in each part of each criterion, from 0 to 1. Three kinds of
# emptiness look alike in many tables and are told apart here: *nothing is known* (?), *the source
# says that it does not do this* (absent), and *shortcomings pull it to zero* (0, limits).

# %%
ioscore.figures(study, "cells")

# %% [markdown]
# ## From a score down to its events
#
# Nothing is a black box: ask for any organisation, and any criterion.

# %%
why = ioscore.explanation(study, "UNODC", "border_posts")
ioscore.summary(why)

# %% [markdown]
# How does a cell get its score? Each event counts the points of its strength, limits are taken off
# supports, and the first points count most: at so many points half of the scale is reached, at
# twice as many half of what is left.

# %%
cell = why.cells.iloc[0]
points = cell["supports_points"] - cell["limits_points"]
half = rubric.scoring.half
f"points: {points:g}, half the scale at {half:g}: 1 - 2^(-{points:g}/{half:g}) = {1 - 2 ** (-points / half):.3f}"

# %% [markdown]
# ## Change a weight
#
# The weights are a judgement, fixed before any score was seen. Yours may be another one. (Weights
# are shares: they need not sum to 100.)

# %%
mine = ioscore.reweight(rubric, {"training": 30, "barriers": 10})
my_study = ioscore.run_study(evidence, mine)
ioscore.summary(my_study)

# %% [markdown]
# ## Change a choice
#
# Coders and scorers decide many small things. Each is a named choice of the rubric, with its levels
# and a reason:

# %%
{name: (choice.levels, choice.reason) for name, choice in rubric.choices.items()}

# %% [markdown]
# Who is first if one of them is changed, and nothing else?

# %%
others = {"plans": "include", "sources": "all", "bilateral": "include", "strength_scale": "flat"}
{
    f"{name}: {level}": ioscore.run_study(
        evidence, ioscore.choose(rubric, {name: level})
    ).ranking.first
    for name, level in others.items()
}

# %% [markdown]
# ## Drag the weights
#
# The same in one view: move a slider, and the order answers. What you set comes back to Python
# as `explorer.weights`.

# %%
explorer = ioscore.explore(study)
explorer

# %%
dragged = ioscore.run_study(evidence, ioscore.reweight(rubric, explorer.weights))
dragged.ranking.table[["organisation", "rank", "score"]].convert_dtypes()

# %% [markdown]
# ## Now you
#
# 1. Under *Change a weight* give `unique_tactics` the weight 5 and run on from there. Who is first?
# 2. `ioscore.shipped_rubrics()` lists other rubrics. Read one (`ioscore.read_rubric("equal")`) and
#    run it on the same evidence.
# 3. Whom would *no* weights put first? Guess; notebook 03 has the answer.
#
# The picture to keep: your weights.

# %%
ioscore.figures(
    my_study,
    "contributions",
    source="ioscore: my weights on the evidence of the thesis; documented effort, not effect",
)
