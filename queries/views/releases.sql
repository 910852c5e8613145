-- Which releases are there?
-- One row per tag and repository; where several sources know it, the forge before git.
--
-- repo: repository
-- tag_name: tag
-- commit_sha: commit that was released
-- released_at: when, UTC; NULL when neither forge, tag nor commit has a readable time
-- released_at_kind: tagged (annotated tag), committed (lightweight tag: the time of its commit) or published (on the forge)
-- source: who says so
--
-- Left out: tags that do not look like a release, or that the setting release_tags does not match; repositories that
--   retro.toml no longer names; releases on a forge whose tag the clone does not have; a tag that a repository which stands
--   before in retro.toml has at the same commit.
-- Evidence: verified
with records as (
    select
        release_records.repo,
        release_records.tag_name,
        coalesce(
            release_records.commit_sha,
            max(case when release_records.source = 'git' then release_records.commit_sha end)
                over (partition by release_records.repo, release_records.tag_name)
        ) as commit_sha,
        release_records.released_at,
        release_records.released_at_kind,
        release_records.source,
        repos.position,
        row_number() over (
            partition by release_records.repo, release_records.tag_name
            order by case when release_records.source = 'git' then 1 else 0 end, release_records.source
        ) as place
    from release_records
    inner join repos on repos.repo = release_records.repo and repos.is_configured
)

select
    repo,
    tag_name,
    commit_sha,
    released_at,
    released_at_kind,
    source
from records
where place = 1 and commit_sha is not null
qualify row_number() over (partition by tag_name, commit_sha order by position, repo) = 1
