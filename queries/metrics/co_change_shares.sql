-- What came of the hints on files that usually change together?
-- One row per repository of the sprint.
--
-- repo: repository
-- change_count: changes of the two years up to the sprint's end that were judged
-- hinted_share: share of them that had a hint, 0 to 1; NULL: none was judged
-- hint_count: files that they left out
-- followed_share: share of these that the same author changed within 14 days, 0 to 1: a lower bound of those that were right; NULL: there are none
-- low_share: lower end of its 95 % interval by Wilson, 0 to 1; NULL likewise
-- high_share: upper end, likewise
-- busy_share: the same for files that were equally busy, hint or no hint; NULL: there are none
-- busy_lift: followed_share over busy_share; NULL: one of them is unknown, or busy_share is 0
-- weaker_share: as busy_share, of files that had moved along in 20 to 50 % of earlier changes only; NULL: there are none
-- weaker_lift: followed_share over weaker_share, likewise: the fairer comparison
-- sprint_hint_count: hints of the sprint, shown or not
-- mute_reason: why they are not shown; NULL: they are
--
-- Left out: changes of more than 30 files, and those by bots.
-- Evidence: inferred
-- Source: thresholds as measured in benchmarks/co_changes.md; Wilson 1927
with shares as (
    select
        records.*,
        1::double * followed_count / nullif(hint_count, 0) as followed_share,
        3.8416::double / nullif(hint_count, 0) as z
    from co_change_records as records
    inner join repos on repos.repo = records.repo and repos.is_configured
    where records.sprint = $sprint
)

select
    repo,
    change_count,
    1::double * hinted_change_count / nullif(change_count, 0) as hinted_share,
    hint_count,
    followed_share,
    (followed_share + z / 2 - sqrt(z * (followed_share * (1 - followed_share) + z / 4))) / (1 + z) as low_share,
    (followed_share + z / 2 + sqrt(z * (followed_share * (1 - followed_share) + z / 4))) / (1 + z) as high_share,
    1::double * busy_followed_count / nullif(busy_count, 0) as busy_share,
    round(busy_lift, 2) as busy_lift,
    1::double * weaker_followed_count / nullif(weaker_count, 0) as weaker_share,
    round(weaker_lift, 2) as weaker_lift,
    sprint_hint_count,
    mute_reason
from shares
order by repo
