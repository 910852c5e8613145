-- How much of each sprint's input could be judged?
-- One row per sprint and subject.
--
-- sprint: id of the sprint
-- subject: what is judged: commits, lines, themes, work types, authors, areas, languages, functions
-- judged_count: items that could be judged
-- total_count: all items
-- unknown: what the others lack, in words
--
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

file_counts as (
    select
        sprint,
        count(*) as change_count,
        count(added_lines) as counted_count,
        count(*) filter (where area <> 'other') as placed_count,
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
)

select sprint, 'commits' as subject, whole_count as judged_count, commit_count as total_count,
    'commits at the boundary of a shallow clone: what they changed is not in the clone' as unknown
from commit_counts
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
select sprint, 'lines', counted_count, change_count, 'changes of binary files, which have no lines'
from file_counts
union all
select sprint, 'areas', placed_count, change_count, 'changes of files that no area glob matches'
from file_counts
union all
select sprint, 'languages', named_count, change_count, 'changes of files whose name tells no language'
from file_counts
union all
select sprint, 'functions', parsed_count, asked_count, 'changes of code files whose functions could not be told'
from function_counts
