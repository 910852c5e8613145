-- Which session of a coding agent does a commit come from?
-- One row per commit and session that is joined to it.
--
-- repo: repository
-- commit_sha: commit, landed or on the branch of a pull request
-- source: source of the session
-- session_id: session
-- method: best method that joins them: trailer, own_commit, line_share, branch_file
-- methods: all methods that do, the best one first
-- matched_share: part of the commit's lines that the session wrote; NULL: the lines do not join them
-- is_primary: true for the one session that counts for the commit
-- evidence: how it is known
--
-- One session counts per commit: by trailer before own_commit before line_share; among equals the one with the most of the
-- commit's lines, then the one that began last. What only branch_file joins never counts: it stands apart.
-- Left out: repositories that retro.toml no longer names.
-- Evidence: inferred
with ranked as (
    select
        session_commits.*,
        case session_commits.method when 'trailer' then 1 when 'own_commit' then 2 when 'line_share' then 3 else 4 end as place
    from session_commits
    inner join repos on repos.repo = session_commits.repo and repos.is_configured
),

pairs as (
    select
        ranked.repo,
        ranked.commit_sha,
        ranked.source,
        ranked.session_id,
        min(ranked.place) as place,
        list(ranked.method order by ranked.place) as methods,
        max(case when ranked.method = 'line_share' then ranked.matched_share end) as matched_share,
        max(sessions.started_at) as started_at
    from ranked
    left join agent_sessions as sessions
        on sessions.source = ranked.source and sessions.session_id = ranked.session_id
    group by all
),

numbered as (
    select
        *,
        row_number() over (
            partition by repo, commit_sha
            order by place, matched_share desc nulls last, started_at desc nulls last, source, session_id
        ) as rank
    from pairs
)

select
    repo,
    commit_sha,
    source,
    session_id,
    methods[1] as method,
    methods,
    matched_share,
    rank = 1 and place < 4 as is_primary,
    'inferred' as evidence
from numbered
