-- Changes that were known at a time, with their files. Takes $repo and $before.
create or replace temp table co_known as
select
    change_key,
    path,
    changed_at,
    is_routine,
    gone_at
from change_files
where repo = $repo and not is_bot and file_count <= 30 and changed_at < $before
