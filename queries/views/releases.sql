-- Which releases are there?
-- One row per tag and repository; where several sources know it, the forge before git.
--
-- repo: repository
-- tag_name: tag
-- commit_sha: commit that was released
-- released_at: when, UTC; NULL when the tag and its commit have no readable time
-- released_at_kind: tagged (annotated tag) or committed (lightweight tag: the time of its commit)
-- source: who says so
--
-- Left out: tags that do not look like a release, or that the setting release_tags does not match; repositories that
--   retro.toml no longer names.
-- Evidence: verified
select
    release_records.repo,
    release_records.tag_name,
    release_records.commit_sha,
    release_records.released_at,
    release_records.released_at_kind,
    release_records.source
from release_records
inner join repos on repos.repo = release_records.repo and repos.is_configured
qualify row_number() over (
    partition by release_records.repo, release_records.tag_name
    order by case when release_records.source = 'git' then 1 else 0 end, release_records.source
) = 1
