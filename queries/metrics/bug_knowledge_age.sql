-- How many of a sprint's bugs are known at this sprint's age?
-- One row: the sprint's age, and what part of past sprints' bugs had been fixed when those were as old.
--
-- age_days: days from the end of the sprint to the last commit that is known, 0 while it runs
-- known_bug_count: bugs of this sprint that are fixed and of trusted origin
-- past_sprint_count: earlier sprints that ended at least 90 days before the last commit and had brought in bugs, see below
-- past_bug_count: bugs that these had brought in and that were fixed within 90 days of their end
-- past_known_count: those of them that were fixed when the sprint was as old as this one is
-- known_share: past_known_count of past_bug_count, 0 to 1; NULL: there is no such sprint
-- low_share: lower end of its 95 % interval by Wilson, 0 to 1; NULL likewise
-- high_share: its upper end; NULL likewise
-- reading: what it means, in words
-- evidence: inferred
--
-- Origins are looked for in the fixes of the sprints that were built: a past sprint tells nothing before all fixes were looked
-- at that landed from its start until 90 days after its end.
-- Left out: bugs of tier medium and low; past sprints with a fix that nobody looked at.
-- Evidence: inferred
with until as (
    select max(commits.committed_at) as known_until
    from commits
    inner join repos on repos.repo = commits.repo and repos.is_configured
    where commits.is_on_default_branch and commits.committed_at <= repos.mined_at
),

asked as (
    select
        sprints.sprint,
        sprints.sequence,
        greatest(epoch(until.known_until - sprints.ends_at), 0) / 86400.0 as age_days,
        until.known_until
    from sprints
    cross join until
    where sprints.sprint = $sprint
),

bugs as (
    select
        sprints.sprint,
        sprints.sequence,
        sprints.ends_at,
        epoch(bug_escapes.fixed_at - sprints.ends_at) / 86400.0 as fix_age_days
    from bug_escapes
    inner join sprints on sprints.sprint = bug_escapes.origin_sprint
    where bug_escapes.is_trusted and bug_escapes.fixed_at is not null
),

unjudged as (
    select distinct sprints.sprint
    from sprint_bug_fixes as fixes
    inner join sprints
        on fixes.fixed_at >= sprints.starts_at and fixes.fixed_at < sprints.ends_at + interval 90 days
    where not fixes.is_judged
),

past as (
    select bugs.sprint, bugs.fix_age_days <= asked.age_days as is_known
    from bugs
    inner join asked on bugs.sequence < asked.sequence
    anti join unjudged on unjudged.sprint = bugs.sprint
    where bugs.ends_at <= asked.known_until - interval 90 days and bugs.fix_age_days <= 90
),

counts as (
    select
        count(distinct sprint) as past_sprint_count,
        count(*) as past_bug_count,
        count(*) filter (where is_known) as past_known_count
    from past
)

select
    round(asked.age_days, 1)::double as age_days,
    (select count(*) from bugs where bugs.sprint = asked.sprint) as known_bug_count,
    counts.past_sprint_count,
    counts.past_bug_count,
    counts.past_known_count,
    1::double * counts.past_known_count / nullif(counts.past_bug_count, 0) as known_share,
    round(wilson_low(counts.past_known_count, counts.past_bug_count), 12)::double as low_share,
    round(wilson_high(counts.past_known_count, counts.past_bug_count), 12)::double as high_share,
    case
        when counts.past_bug_count = 0
            then 'No past sprint is old enough and looked at in full to tell how many bugs are still unknown: more will come to light.'
        else 'At this age '
            || round(100.0 * counts.past_known_count / counts.past_bug_count)::integer
            || ' % of the bugs were known that came to light within 90 days in '
            || counts.past_sprint_count
            || case when counts.past_sprint_count = 1 then ' past sprint.' else ' past sprints.' end
    end as reading,
    'inferred' as evidence
from asked
cross join counts
order by evidence
