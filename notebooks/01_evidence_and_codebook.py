# %% [markdown]
# # 01 Evidence and codebook
#
# Before anything is scored: what is a coded row, what do the sources say on whom, and would
# another reader have coded the same? Run the cells from top to bottom (Shift+Enter).

# %%
import ioscore

# %% [markdown]
# A **rubric** says what counts and how much. **Evidence** is a table: one row for each thing that
# a source reports, with the criterion that it speaks to.

# %%
rubric = ioscore.read_rubric("thesis")
evidence = ioscore.read_evidence()
ioscore.summary(evidence)

# %% [markdown]
# ## One row
#
# The rows are a table of text. Here is one act. `anchor` is a handful of words that find the place
# again in the source, `summary` is ours, `effect` says whether the act *supports* the criterion,
# *limits* it, or is said to be *absent*. (One column is dropped: `where`, the place of the file
# on this computer.)

# %%
rows = evidence.to_frame().drop(columns="where")
rows[rows["id"] == "thesis-183-1"].iloc[0].to_dict()

# %% [markdown]
# The rules by which it was coded are in [the codebook](../data/codebook.md). `strength` goes by
# numbers, so that two readers can agree on it:

# %%
{level: what.description for level, what in rubric.levels.items()}

# %% [markdown]
# ## Silence is not zero
#
# Where no source says anything there is *no row*: the cell is missing. Where a source says "does
# not do this" there is a row with the effect `absent`: that is a zero. The two are never mixed.

# %%
absent = rows[rows["effect"] == "absent"]
[
    f"{row.organisation}, {row.criterion} {row.subcriterion}: {row.summary}"
    for row in absent.itertuples()
]

# %% [markdown]
# ## Who is written about
#
# Whoever is written about more has more to count. Two of the five sources are UNODC's own annual
# reports, and nobody else has such: that is why only the thesis counts unless you say otherwise.
# (`setting` is the country, `all` is said of organisations in general; both count for nobody.)

# %%
study = ioscore.run_study(evidence, rubric)
ioscore.figures(study, "coverage")

# %% [markdown]
# ## Would another reader agree?
#
# Two passes read the same paragraphs by the same codebook without seeing each other's codes. Both
# were *automated readings*: that they agree shows how stable the codebook is, not that two people
# would code alike.

# %%
readings = ioscore.read_readings(rubric)
found = ioscore.compare_readings(readings)
ioscore.summary(found)

# %%
ioscore.figures(found, "agreement", "by_criterion")

# %% [markdown]
# Which codes are mistaken for each other? Off the diagonal the two readings differ; most often
# one found an act where the other found nothing.

# %%
ioscore.figures(found, "confusion")

# %% [markdown]
# ## Now you
#
# 1. Take another row above: any `id` of `rows["id"]`. Would you have coded it so? By which rule?
# 2. `rows[rows["organisation"] == "SCO"]`: how many of its rows are `limits`?
# 3. `ioscore agreement --sheet 10 --output sheet.csv` in a terminal writes a blank sheet. Fill it
#    in, let a friend fill in another, and compare: that is the figure that is missing here.
# 4. Keep a picture: `ioscore.figures(found)["agreement"].savefig("agreement.png")`.
#
# Where do they agree least? The last picture shows it source by source.

# %%
ioscore.figures(found, "by_source")
