-- What kinds of damage did commits and merges of the sprint bring, and how long did they stay?
-- One row per rule, most damage first.
--
-- rule: what is wrong
-- damage_count: damage that landed in the sprint, or was written in it and never landed
-- unlanded_count: those of it that the default branch never had: repaired or dropped before landing
-- commit_count: commits that brought them
-- merge_count: merges among these
-- repaired_count: damage that was repaired since
-- repaired_share: part that was repaired, 0 to 1; NULL for notes about merges, which need no repair
-- median_repair_hours: median time to the repair of those that were repaired, an upper bound of the time to detection
-- p90_repair_hours: time within which nine of ten of these were repaired
-- min_confidence: lowest measured precision among them, 0 to 1; NULL: not measured
--
-- Left out: damage that is still open has no time yet, so that the times of a young sprint are too short.
-- Evidence: inferred
with chosen as (
    select
        damage.rule,
        damage.repo,
        damage.commit_sha,
        damage.is_merge,
        damage.status,
        damage.landed_at,
        damage.repair_hours,
        damage.is_repairable,
        damage.confidence
    from damage
    inner join sprints
        on coalesce(damage.landed_at, damage.introduced_at) >= sprints.starts_at
        and coalesce(damage.landed_at, damage.introduced_at) < sprints.ends_at
    where sprints.sprint = $sprint
)

select
    rule,
    count(*) as damage_count,
    count(*) filter (where landed_at is null or status = 'repaired before landing') as unlanded_count,
    count(distinct (repo, commit_sha)) as commit_count,
    count(distinct (repo, commit_sha)) filter (where is_merge) as merge_count,
    count(*) filter (where status <> 'open') as repaired_count,
    case when bool_and(is_repairable) then 1::double * count(*) filter (where status <> 'open') / count(*) end
        as repaired_share,
    quantile_cont(repair_hours, 0.5) as median_repair_hours,
    quantile_cont(repair_hours, 0.9) as p90_repair_hours,
    min(confidence) as min_confidence
from chosen
group by all
order by damage_count desc, rule
