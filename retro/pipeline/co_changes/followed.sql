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

busy as (
    select
        hinted.change_key,
        hinted.changed_at,
        hinted.author_key,
        files.path,
        count(*) as year_count
    from hinted
    inner join co_changes as files
        on files.changed_at < hinted.changed_at and files.changed_at >= hinted.changed_at - interval 365 days
    where not files.is_routine and (files.gone_at is null or files.gone_at > hinted.changed_at)
    group by all
),

-- Files that the change neither touched nor is warned about, and whether they hang together with it more loosely.
others as (
    select
        busy.*,
        coalesce(marked.kind, '') = 'weaker' as is_weaker
    from busy
    left join marked on marked.change_key = busy.change_key and marked.path = busy.path
    anti join co_changes on co_changes.change_key = busy.change_key and co_changes.path = busy.path
    where marked.confidence is null or marked.confidence < 0.5
),

-- Five of both sorts for each hint, by how near they come in changes of the year before; the hash picks among equals
-- without a leaning.
controls as (
    select
        marked.change_key,
        marked.changed_at,
        marked.author_key,
        others.path,
        marked.path as for_path,
        others.is_weaker
    from marked
    left join busy on busy.change_key = marked.change_key and busy.path = marked.path
    inner join others on others.change_key = marked.change_key
    where marked.kind = 'hint'
    qualify
        row_number() over (
            partition by marked.change_key, marked.path, others.is_weaker
            order by abs(others.year_count - coalesce(busy.year_count, 0)), md5(others.change_key || others.path)
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
