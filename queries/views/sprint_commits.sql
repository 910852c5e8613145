-- Which commits belong to which sprint, and what were they?
-- One row per commit that the default branch reaches and whose committer time lies in a sprint, in repositories that
--   retro.toml names; a commit that several of them hold counts in the first, a change that landed more than once but once.
--
-- sprint: id of the sprint (sprints.sprint)
-- repo: repository
-- commit_sha: commit
-- committed_at: committer time, UTC
-- committed_date: its day in the project's zone
-- author_key: what to count authors by: the address that .mailmap gives, lower case; without an address the name
-- subject: first line of the message
-- is_merge: true with two parents or more
-- is_boundary: true where a shallow clone was cut, so that its changes are unknown
-- declared_type: type that the subject claims
-- observed_type: type that paths and words suggest
-- work_type: the type that counts
-- theme: the team's theme, or uncategorized
-- theme_rule: rule that decided the theme
-- author_kind: agent, bot, human or unknown
-- agent: coding agent that took part in writing it; NULL: none is named
-- evidence: how type and theme are known
--
-- Left out: commits off the default branch, outside every sprint, or without a readable committer time; repeated_commits,
--   copied_commits.
-- Evidence: inferred
select
    sprints.sprint,
    commits.repo,
    commits.commit_sha,
    commits.committed_at,
    (commits.committed_at at time zone projects.timezone)::date as committed_date,
    coalesce(identities.author_key, lower(commits.author_email), commits.author_name) as author_key,
    commits.subject,
    commits.is_merge,
    commits.is_boundary,
    commit_kinds.declared_type,
    commit_kinds.observed_type,
    coalesce(commit_kinds.work_type, 'unknown') as work_type,
    coalesce(commit_kinds.theme, 'uncategorized') as theme,
    commit_kinds.theme_rule,
    coalesce(commit_attribution.author_kind, 'unknown') as author_kind,
    commit_attribution.agent,
    coalesce(commit_kinds.evidence, 'inferred') as evidence
from commits
cross join projects
inner join repos on repos.repo = commits.repo and repos.is_configured
inner join sprints on commits.committed_at >= sprints.starts_at and commits.committed_at < sprints.ends_at
left join commit_kinds on commit_kinds.repo = commits.repo and commit_kinds.commit_sha = commits.commit_sha
left join commit_attribution
    on commit_attribution.repo = commits.repo and commit_attribution.commit_sha = commits.commit_sha
left join identities
    on identities.repo = commits.repo
    and identities.email = coalesce(commits.author_email, '')
    and identities.name = coalesce(commits.author_name, '')
left join repeated_commits
    on repeated_commits.repo = commits.repo and repeated_commits.commit_sha = commits.commit_sha
left join copied_commits
    on copied_commits.repo = commits.repo and copied_commits.commit_sha = commits.commit_sha
where commits.is_on_default_branch and repeated_commits.commit_sha is null and copied_commits.commit_sha is null
