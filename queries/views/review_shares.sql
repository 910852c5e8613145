-- What part of the sprint's pull requests and comments was reviewed, rejected, waved through or acted upon?
-- One row per sprint, measure and split; those that no sprint has an item of are left out.
--
-- sprint: id of the sprint
-- measure: change_request_acceptance_ratio and the like, named as CHAOSS has them where it has them
-- split: all, or the kind of reviewer (human, agent), or how many concerns a pull request has (1, 2, 3 or more)
-- part_count: items of which it is true
-- total_count: items of which it is known
-- unknown_count: items of which it is not known
-- value_share: part_count of total_count, 0 to 1; NULL without any
-- low_share: lower end of the 95 % interval by Wilson, 0 to 1; NULL without any
-- high_share: its upper end; NULL without any
-- evidence: verified, or inferred where rules decide
--
-- Sources: https://chaoss.community/kb/metric-change-request-acceptance-ratio/ and the metrics beside it; Wilson 1927,
--   https://doi.org/10.1080/01621459.1927.10502953.
-- Left out: pull requests that only git tells of, and those still open.
-- Evidence: inferred
with pulls as (
    select * from sprint_pull_requests
),

flags as (
    select
        pulls.sprint,
        comments.author_kind,
        comments.is_resolved,
        findings.finding_key is not null as is_caught,
        coalesce(scopes.judged_flag_count = scopes.flag_count, false) as is_judged
    from pulls
    inner join pull_request_comments as comments
        on comments.repo = pulls.repo and comments.pr_number = pulls.pr_number
        and comments.kind = 'inline' and comments.is_counted and comments.is_reply is not true and comments.path is not null
    left join pull_request_scopes as scopes on scopes.repo = pulls.repo and scopes.pr_number = pulls.pr_number
    left join findings
        on findings.rule = 'review flag' and findings.repo = pulls.repo and findings.pr_number = pulls.pr_number
        and findings.finding_key = comments.source || ' ' || comments.pr_number || ' ' || comments.comment_id
),

-- Each item with a fact that is true, false or not known.
items as (
    select sprint, 'change_request_acceptance_ratio' as measure, 'all' as split, state = 'merged' as fact, 'verified' as evidence from pulls
    union all
    select sprint, 'review_coverage', 'all', is_seen, 'verified' from pulls where state = 'merged'
    union all
    select sprint, 'first_pass_approval_rate', 'all', is_first_pass, 'inferred' from pulls where state = 'merged' and is_seen is not false
    union all
    select sprint, 'changes_requested_rate', 'all', is_rejected, 'verified' from pulls where is_seen is not false
    union all
    select sprint, 'approved_after_rejection_rate', 'all', is_approved_later, 'verified' from pulls where is_rejected
    union all
    select sprint, 'unreviewed_merge_rate', 'all', is_unreviewed_merge, 'verified' from pulls where state = 'merged'
    union all
    select sprint, 'self_merge_rate', 'all', is_self_merged, 'verified' from pulls where state = 'merged'
    union all
    select sprint, 'rubber_stamp_rate', 'all', is_rubber_stamp, 'inferred' from pulls where last_approval_at is not null
    union all
    select sprint, 'comments_addressed_rate', 'all', case when is_caught or is_resolved then true when is_judged then false end, 'inferred'
    from flags
    union all
    select sprint, 'review_coverage', 'human', is_seen, 'verified' from pulls
    union all
    select sprint, 'review_coverage', 'agent', is_seen_by_agent, 'verified' from pulls
    union all
    select sprint, 'caught_rate', author_kind, case when is_caught then true when is_judged then false end, 'inferred'
    from flags
    where author_kind in ('human', 'agent')
    union all
    select sprint, 'resolved_rate', author_kind, is_resolved, 'verified' from flags where author_kind in ('human', 'agent')
    union all
    select
        sprint, 'changes_requested_rate', case when concern_count >= 3 then '3 or more' when concern_count = 2 then '2' else '1' end,
        is_rejected, 'inferred'
    from pulls
    where is_seen is not false and concern_count is not null
    union all
    select
        sprint, 'answered_rate', case when concern_count >= 3 then '3 or more' when concern_count = 2 then '2' else '1' end,
        answer_commit_count > 0, 'inferred'
    from pulls
    where is_seen is not false and concern_count is not null
),

kinds as (
    select distinct measure, split, evidence from items
),

counts as (
    select
        sprints.sprint,
        kinds.measure,
        kinds.split,
        kinds.evidence,
        count(*) filter (where items.fact) as part_count,
        count(items.fact) as total_count,
        count(*) filter (where items.sprint is not null and items.fact is null) as unknown_count
    from sprints
    cross join kinds
    left join items on items.sprint = sprints.sprint and items.measure = kinds.measure and items.split = kinds.split
    group by all
)

select
    sprint,
    measure,
    split,
    part_count,
    total_count,
    unknown_count,
    1::double * part_count / nullif(total_count, 0) as value_share,
    round(wilson_low(part_count, total_count), 12)::double as low_share,
    round(wilson_high(part_count, total_count), 12)::double as high_share,
    evidence
from counts
