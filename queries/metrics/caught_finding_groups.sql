-- In which pull requests did review catch something?
-- One row per grouping and group, the groupings in a fixed order.
--
-- grouping: theme, size, reviewer or author
-- group_name: theme; own lines when first reviewed; kind of reviewer; kind of author
-- finding_count: comments on a file or line that a later commit of the same pull request changed
-- pull_request_count: pull requests that ended in the sprint, in this group; of a reviewer those that this kind looked at
-- finding_ratio: finding_count by pull_request_count, in thousandths
-- evidence: inferred: rules over comment, file and change
--
-- Left out: pull requests that only git tells of, and those still open.
-- Evidence: inferred
with pulls as (
    select * from sprint_pull_requests where sprint = $sprint
),

caught as (
    select pulls.repo, pulls.pr_number, findings.finder_kind
    from pulls
    inner join findings
        on findings.repo = pulls.repo and findings.pr_number = pulls.pr_number and findings.rule = 'review flag'
),

per_pull as (
    select repo, pr_number, count(*) as finding_count
    from caught
    group by all
),

counted as (
    select pulls.*, coalesce(per_pull.finding_count, 0) as finding_count
    from pulls
    left join per_pull on per_pull.repo = pulls.repo and per_pull.pr_number = pulls.pr_number
),

groups as (
    select 1 as place, 'theme' as grouping, theme as group_name, 0 as rank, finding_count from counted
    union all
    select 2, 'size', size_class,
        case size_class when 'up to 50' then 1 when '51 to 200' then 2 when '201 to 400' then 3 when 'over 400' then 4 else 5 end, finding_count
    from counted
    union all
    select 4, 'author', coalesce(author_kind, 'unknown'), 0, finding_count from counted
    union all
    select 3, 'reviewer', 'human', 0, (select count(*) from caught where caught.repo = pulls.repo
        and caught.pr_number = pulls.pr_number and caught.finder_kind = 'human')
    from pulls
    where is_seen
    union all
    select 3, 'reviewer', 'agent', 0, (select count(*) from caught where caught.repo = pulls.repo
        and caught.pr_number = pulls.pr_number and caught.finder_kind = 'agent')
    from pulls
    where is_seen_by_agent
)

select
    grouping,
    group_name,
    sum(finding_count)::bigint as finding_count,
    count(*) as pull_request_count,
    round(1::double * sum(finding_count) / count(*), 3) as finding_ratio,
    'inferred' as evidence
from groups
group by place, grouping, group_name, rank
order by place, rank, finding_count desc, group_name
