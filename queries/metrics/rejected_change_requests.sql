-- Which pull requests were rejected first, what was asked, and what became of it?
-- One row per pull request that ended in the sprint and for which a person had asked for changes, the first rejected first.
--
-- repo: repository
-- pr_number: pull request
-- pull_request: number and title in one
-- outcome: approved later, merged without another approval, or closed
-- asked: kinds of finding that the rejecting reviews and the comments up to them name, one line; texts are not stored
-- changed: commits after the first review, one line; says so where there was none or where they are not known
-- took: from the first rejection to the end, one line
-- story: the three lines
-- rejected_at: first request for changes, UTC
-- ended_at: merged or closed, UTC
-- answer_hours: from the first rejection to the end, in hundredths
-- round_count: distinct heads that somebody else reviewed; NULL: unknown
-- concern_count: things that it was about; NULL: unknown
-- readded_lines: lines that it brought back after the default branch had removed them; NULL: unknown
-- relanding: what it brought back or repeated, in words; NULL: nothing, or unknown
-- evidence: inferred: words tell kinds, and git what changed
--
-- A person's request counts also when it was dismissed later. What brings lines back is often a rebase that went stale.
-- Left out: pull requests closed without a request for changes; those that only git tells of.
-- Evidence: inferred
with pulls as (
    select * from sprint_pull_requests where sprint = $sprint and is_rejected
),

words as (
    select reviews.repo, reviews.pr_number, unnest(reviews.finding_kinds) as kind
    from pull_request_reviews as reviews
    inner join pulls on pulls.repo = reviews.repo and pulls.pr_number = reviews.pr_number
    where reviews.is_counted and reviews.author_kind = 'human' and reviews.state = 'changes_requested'
    union
    select comments.repo, comments.pr_number, unnest(comments.finding_kinds)
    from pull_request_comments as comments
    inner join pulls on pulls.repo = comments.repo and pulls.pr_number = comments.pr_number
    where comments.is_counted and comments.author_kind = 'human' and comments.created_at <= pulls.first_rejection_at
),

kinds as (
    select repo, pr_number, string_agg(kind, ', ' order by kind) as asked
    from words
    group by all
),

told as (
    select
        pulls.*,
        'Asked: ' || coalesce(kinds.asked, 'nothing that the rules know by its words') || '.' as asked,
        case
            when scopes.answer_commit_count is null then 'Changed: unknown, its commits are not in the clone.'
            when scopes.answer_commit_count = 0 then 'Changed: no commit followed.'
            else 'Changed: ' || array_to_string(scopes.answer_subjects, '; ') || '.'
        end as changed,
        (epoch(pulls.ended_at) - epoch(pulls.first_rejection_at)) / 3600 as answer_hours,
        case
            when pulls.is_approved_later then 'approved later'
            when pulls.state = 'merged' then 'merged without another approval'
            else 'closed'
        end as outcome,
        scopes.readded_lines,
        case
            when scopes.readded_lines > 0
                then scopes.readded_lines || case scopes.readded_lines when 1 then ' line of ' else ' lines of ' end || scopes.readded_path || ' came back that ' || left(scopes.readded_sha, 10) || ' had removed'
            when scopes.landed_before_sha is not null then 'a change had landed before as ' || left(scopes.landed_before_sha, 10)
        end as relanding
    from pulls
    left join pull_request_scopes as scopes on scopes.repo = pulls.repo and scopes.pr_number = pulls.pr_number
    left join kinds on kinds.repo = pulls.repo and kinds.pr_number = pulls.pr_number
),

timed as (
    select
        *,
        'Took: '
        || case
            when answer_hours < 2 then round(answer_hours * 60)::integer || ' minutes'
            when answer_hours < 48 then round(answer_hours)::integer || ' hours'
            else round(answer_hours / 24, 1)::decimal(9, 1) || ' days'
        end
        || ' from the rejection until it was '
        || case outcome when 'approved later' then 'approved and ' || state else state end
        || '.' as took
    from told
)

select
    repo,
    pr_number,
    '#' || pr_number || coalesce(' ' || title, '') as pull_request,
    outcome,
    asked,
    changed,
    took,
    [asked, changed, took] as story,
    first_rejection_at as rejected_at,
    ended_at,
    round(answer_hours, 2) as answer_hours,
    round_count,
    concern_count,
    readded_lines,
    relanding,
    'inferred' as evidence
from timed
order by first_rejection_at, repo, pr_number
