-- Changes to learn from, with files and pairs of files that moved often enough, each with how often it had moved before.
-- Takes $repo and $until: nothing that landed later is looked at.
create or replace temp table co_changes as
select
    change_key,
    path,
    changed_at,
    commit_sha,
    pr_number,
    author_key,
    gone_at,
    is_routine,
    rank() over (partition by path order by changed_at) - 1 as earlier_count,  -- at the same second is not earlier
    count(*) over (partition by path) as change_count
from change_files
where repo = $repo and not is_bot and file_count <= 30 and changed_at < $until;

create or replace temp table co_pairs as
select
    first.path,
    second.path as other_path,
    first.changed_at,
    count(*) over (
        partition by first.path, second.path
        order by first.changed_at  -- those of one second count alike, so that the answer is the same each time
    ) as shared_count
from co_changes as first
inner join co_changes as second on second.change_key = first.change_key and second.path <> first.path
where first.change_count >= 5 and second.change_count >= 5
qualify count(*) over (partition by first.path, second.path) >= 5;
