-- How much of each sprint's input could be judged?
-- One row per sprint and subject.
--
-- sprint: id of the sprint
-- subject: what is judged: commits, distinct changes, lines, contents, themes, work types, authors, areas, kinds, languages,
--   functions, merges, pull requests, reviews, bug origins, deleted lines, bills, transcripts
-- judged_count: items that could be judged
-- total_count: all items
-- unknown: what the others lack, in words
--
-- Of distinct changes there is a row only where commits brought a change again (copied_commits).
-- Evidence: verified
with commit_counts as (
    select
        sprint,
        count(*) as commit_count,
        count(*) filter (where not is_boundary) as whole_count,
        count(*) filter (where theme <> 'uncategorized') as themed_count,
        count(*) filter (where work_type <> 'unknown') as typed_count,
        count(*) filter (where not is_merge) as written_count,
        count(*) filter (where not is_merge and author_kind <> 'unknown') as attributed_count
    from sprint_commits
    group by all
),

-- Commits that sprint_commits leaves out since they bring what had landed before.
copies as (
    select
        sprints.sprint,
        count(*) as copy_count
    from copied_commits as copied
    inner join repos on repos.repo = copied.repo and repos.is_configured
    inner join commits on commits.repo = copied.repo and commits.commit_sha = copied.commit_sha
    inner join sprints on commits.committed_at >= sprints.starts_at and commits.committed_at < sprints.ends_at
    left join repeated_commits as repeated
        on repeated.repo = copied.repo and repeated.commit_sha = copied.commit_sha
    where repeated.commit_sha is null
    group by all
),

change_counts as (
    select
        copies.sprint,
        coalesce(commit_counts.written_count, 0) as distinct_count,
        coalesce(commit_counts.written_count, 0) + copies.copy_count as change_count
    from copies
    left join commit_counts on commit_counts.sprint = copies.sprint
),

file_counts as (
    select
        sprint,
        count(*) as change_count,
        count(added_lines) as counted_count,
        count(*) filter (where lines_status <> 'missing') as present_count,
        count(*) filter (where area <> 'other') as placed_count,
        count(*) filter (where kind <> 'other') as sorted_count,
        count(language) as named_count
    from sprint_file_changes
    group by all
),

function_counts as (
    select
        sprint_commits.sprint,
        count(*) filter (where function_files.status = 'parsed') as parsed_count,
        count(*) as asked_count
    from sprint_commits
    inner join function_files
        on function_files.repo = sprint_commits.repo and function_files.commit_sha = sprint_commits.commit_sha
    where function_files.status <> 'left_out'
    group by all
),

merge_counts as (
    select
        sprint_commits.sprint,
        count(*) filter (where merges.outcome <> 'unjudged') as judged_count,
        count(*) as merge_count
    from sprint_commits
    left join merges on merges.repo = sprint_commits.repo and merges.commit_sha = sprint_commits.commit_sha
    where sprint_commits.is_merge
    group by all
),

-- One that did not land has no time of its own in git: it belongs to the sprint in which its last commit was made.
pull_request_counts as (
    select
        sprints.sprint,
        count(pull_requests.state) as judged_count,
        count(*) as pull_request_count
    from pull_requests
    inner join sprints
        on coalesce(pull_requests.merged_at, pull_requests.closed_at, pull_requests.head_committed_at) >= sprints.starts_at
        and coalesce(pull_requests.merged_at, pull_requests.closed_at, pull_requests.head_committed_at) < sprints.ends_at
    group by all
),

-- Where a forge was asked: of the pull requests of other repositories nobody expects reviews to be known.
review_counts as (
    select
        sprints.sprint,
        count(*) filter (where pull_request_records.has_reviews) as read_count,
        count(*) as pull_request_count
    from pull_requests
    inner join (
        select distinct repo
        from pull_request_records
        where source <> 'git'
    ) as forge_repos on forge_repos.repo = pull_requests.repo
    inner join sprints
        on coalesce(pull_requests.merged_at, pull_requests.closed_at, pull_requests.head_committed_at) >= sprints.starts_at
        and coalesce(pull_requests.merged_at, pull_requests.closed_at, pull_requests.head_committed_at) < sprints.ends_at
    left join pull_request_records
        on pull_request_records.source = pull_requests.source
        and pull_request_records.repo = pull_requests.repo
        and pull_request_records.pr_number = pull_requests.pr_number
    group by all
),

-- The fixes of sprint_bug_fixes.
origin_counts as (
    select
        sprint_commits.sprint,
        count(bug_origins.origin_sha) as origin_count,
        count(*) as fix_count
    from sprint_commits
    inner join commit_kinds
        on commit_kinds.repo = sprint_commits.repo
        and commit_kinds.commit_sha = sprint_commits.commit_sha
        and commit_kinds.bug_fix_evidence is not null
    left join bug_origins
        on bug_origins.repo = sprint_commits.repo and bug_origins.fix_sha = sprint_commits.commit_sha
    group by all
),

-- Of very many commits only the newest are asked ([pages] judged_commits).
deletion_counts as (
    select
        sprint_commits.sprint,
        count(checks.commit_sha) as asked_count,
        count(*) as deleting_count
    from sprint_commits
    inner join deleting_commits as deleting
        on deleting.repo = sprint_commits.repo
        and deleting.commit_sha = sprint_commits.commit_sha
        and deleting.own_deleted_lines > 0
    left join deleted_line_checks as checks
        on checks.repo = sprint_commits.repo and checks.commit_sha = sprint_commits.commit_sha
    group by all
),

bill_counts as (
    select
        sprint,
        count(case when expected_cost_usd is not null then cost_usd end) as priced_count,
        count(*) as request_count
    from sprint_requests
    group by all
),

transcript_counts as (
    select
        sprint,
        sum(known_day_count)::bigint as known_count,
        sum(day_count)::bigint as day_count
    from transcript_days
    group by all
)

select sprint, 'commits' as subject, whole_count as judged_count, commit_count as total_count,
    'commits at the boundary of a shallow clone: what they changed is not in the clone' as unknown
from commit_counts
union all
select sprint, 'distinct changes', distinct_count, change_count,
    'commits that bring a change which had landed before: they are left out, so that it counts once'
from change_counts
union all
select sprint, 'themes', themed_count, commit_count, 'commits that no theme rule matches'
from commit_counts
union all
select sprint, 'work types', typed_count, commit_count, 'commits that claim no type and whose paths and words suggest none'
from commit_counts
union all
select sprint, 'authors', attributed_count, written_count, 'commits without any mark of who wrote them; merges are not counted'
from commit_counts
union all
select sprint, 'lines', counted_count, change_count, 'changes of binary files, which have no lines, and of files whose content is missing'
from file_counts
union all
select sprint, 'contents', present_count, change_count,
    'changes of files whose content is missing: the clone is filtered, or has lost them'
from file_counts
union all
select sprint, 'areas', placed_count, change_count, 'changes of files that no area glob matches'
from file_counts
union all
select sprint, 'kinds', sorted_count, change_count, 'changes of files whose name tells no kind'
from file_counts
union all
select sprint, 'languages', named_count, change_count, 'changes of files whose name tells no language'
from file_counts
union all
select sprint, 'functions', parsed_count, asked_count, 'changes of code files whose functions could not be told'
from function_counts
union all
select sprint, 'merges', judged_count, merge_count, 'merges with more than two parents, or whose history is cut off or damaged'
from merge_counts
union all
select sprint, 'pull requests', judged_count, pull_request_count,
    'pull requests of which git cannot tell whether they were merged'
from pull_request_counts
union all
select sprint, 'reviews', read_count, pull_request_count,
    'pull requests of which only git tells, or whose reviews are not among what was read from the forge'
from review_counts
union all
select sprint, 'bug origins', origin_count, fix_count,
    'bug fixes of which it cannot be told which change brought the bug in, or that nobody looked at: of very many only the newest are'
from origin_counts
union all
select sprint, 'deleted lines', asked_count, deleting_count,
    'commits whose deleted lines were not asked where they came from: of very many only the newest are'
from deletion_counts
union all
select sprint, 'bills', priced_count, request_count, 'requests whose price or tokens are not known'
from bill_counts
union all
select sprint, 'transcripts', known_count, day_count,
    'days before the oldest transcript that is known, between readings too far apart, or after the last: agents delete transcripts'
from transcript_counts
