-- Hints, files as busy that hang together less or not at all, each with the first commit by the same author within 14 days.
-- Takes $repo and $confidence, the least one of a hint.
create or replace temp table co_asked as
with marked as (
    select
        *,
        case
            when confidence >= $confidence then 'hint'
            when confidence >= 0.2 and confidence < 0.5 then 'weaker'
        end as kind
    from co_candidates
),

hinted as (
    select distinct
        change_key,
        changed_at,
        author_key
    from marked
    where kind = 'hint'
),

-- Changes and files go by number from here: there are millions of rows of both, and their names would fill the memory.
hinted_numbers as (
    select
        *,
        row_number() over (order by change_key, changed_at, author_key)::integer as change_number
    from hinted
),

paths as (
    select
        path,
        row_number() over (order by path)::integer as path_number
    from (select distinct path from co_changes)
),

numbered as (
    select
        paths.path_number,
        files.changed_at,
        files.is_routine,
        files.gone_at
    from co_changes as files
    inner join paths on paths.path = files.path
),

busy as materialized (
    select
        hinted_numbers.change_number,
        files.path_number,
        count(*)::integer as year_count
    from hinted_numbers
    inner join numbered as files
        on files.changed_at < hinted_numbers.changed_at and files.changed_at >= hinted_numbers.changed_at - interval 365 days
    where not files.is_routine and (files.gone_at is null or files.gone_at > hinted_numbers.changed_at)
    group by all
),

marked_numbers as (
    select
        hinted_numbers.change_number,
        paths.path_number,
        marked.kind,
        marked.confidence
    from marked
    inner join hinted_numbers on hinted_numbers.change_key = marked.change_key
    inner join paths on paths.path = marked.path
),

touched as (
    select distinct
        hinted_numbers.change_number,
        paths.path_number
    from co_changes
    inner join hinted_numbers on hinted_numbers.change_key = co_changes.change_key
    inner join paths on paths.path = co_changes.path
),

-- Files that the change neither touched nor is warned about, and whether they hang together with it more loosely.
others as (
    select
        busy.*,
        coalesce(marked.kind, '') = 'weaker' as is_weaker
    from busy
    left join marked_numbers as marked
        on marked.change_number = busy.change_number and marked.path_number = busy.path_number
    anti join touched on touched.change_number = busy.change_number and touched.path_number = busy.path_number
    where marked.confidence is null or marked.confidence < 0.5
),

-- Five of both sorts for each hint, by how near they come in changes of the year before; the hash picks among equals
-- without a leaning.
ranked as (
    select
        marked.change_number,
        marked.path_number as for_number,
        others.path_number,
        others.is_weaker,
        rank() over (
            partition by marked.change_number, marked.path_number, others.is_weaker
            order by abs(others.year_count - coalesce(busy.year_count, 0))
        ) as near_rank
    from marked_numbers as marked
    left join busy on busy.change_number = marked.change_number and busy.path_number = marked.path_number
    inner join others on others.change_number = marked.change_number
    where marked.kind = 'hint'
    qualify near_rank <= 5
),

controls as (
    select
        hinted_numbers.change_key,
        hinted_numbers.changed_at,
        hinted_numbers.author_key,
        paths.path,
        reasons.path as for_path,
        ranked.is_weaker
    from ranked
    inner join hinted_numbers on hinted_numbers.change_number = ranked.change_number
    inner join paths on paths.path_number = ranked.path_number
    inner join paths as reasons on reasons.path_number = ranked.for_number
    qualify
        row_number() over (
            partition by ranked.change_number, ranked.for_number, ranked.is_weaker
            order by ranked.near_rank, md5(hinted_numbers.change_key || paths.path)
        ) <= 5
)

select
    change_key,
    changed_at,
    author_key,
    path,
    path as for_path,
    kind
from marked
where kind = 'hint'
union all
select
    change_key,
    changed_at,
    author_key,
    path,
    for_path,
    case when is_weaker then 'weaker' else 'equally busy' end as kind
from controls;

create or replace temp table co_followed as
with touches as (
    select
        coalesce(identities.author_key, lower(commits.author_email), commits.author_name) as author_key,
        coalesce(file_names.newest_path, commit_files.path) as path,
        commits.committed_at,
        commits.commit_sha
    from commits
    inner join commit_files on commit_files.repo = commits.repo and commit_files.commit_sha = commits.commit_sha
    left join file_names on file_names.repo = commit_files.repo and file_names.path = commit_files.path
    left join identities
        on identities.repo = commits.repo
        and identities.email = coalesce(commits.author_email, '')
        and identities.name = coalesce(commits.author_name, '')
    where commits.repo = $repo and commits.is_on_default_branch
)

select
    asked.change_key,
    asked.changed_at,
    asked.path,
    asked.for_path,
    asked.kind,
    min(touches.committed_at) as followed_at,
    arg_min(touches.commit_sha, (touches.committed_at, touches.commit_sha)) as followed_sha
from co_asked as asked
left join touches
    on touches.author_key = asked.author_key
    and touches.path = asked.path
    and touches.committed_at > asked.changed_at
    and touches.committed_at <= asked.changed_at + interval 14 days
group by all;
