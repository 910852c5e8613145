-- Which files did the sprint's changes leave out although they usually move along?
-- One row per change and file, the surest first; none in a repository whose hints are muted (co_change_records).
--
-- repo: repository
-- pr_number: pull request; NULL: none is known
-- commit_sha: newest commit of the change
-- changed_at: when it landed, UTC
-- path: file that it left out
-- because_path: file of the change that it usually moves with
-- shared_count: earlier changes of both
-- earlier_count: earlier changes of because_path
-- confidence: shared_count over earlier_count, 0.8 or more
-- followed_sha: commit by which the same author changed the file within 14 days; NULL: none yet
-- followed_at: when, UTC; NULL likewise
-- record_hint_count: hints of the two years before that could be judged
-- record_followed_share: share of them whose file the same author changed within 14 days, 0 to 1: a lower bound of those that were right
-- record_lift: that share over the one of files that hang together more loosely and are as busy; NULL: none of those was changed
--
-- A look, not a fault: nobody looked at these changes. Bug fixes do not follow hints more often than other changes.
-- Left out: changes of more than 30 files and those by bots; generated, vendored, lock and deleted files, changelogs, version
--   files and snapshots; globs of [co_changes] never.
-- Evidence: inferred
-- Source: benchmarks/co_changes.md
select
    co_change_hints.repo,
    co_change_hints.pr_number,
    co_change_hints.commit_sha,
    co_change_hints.changed_at,
    co_change_hints.path,
    co_change_hints.because_path,
    co_change_hints.shared_count,
    co_change_hints.earlier_count,
    1::double * co_change_hints.shared_count / co_change_hints.earlier_count as confidence,
    co_change_hints.followed_sha,
    co_change_hints.followed_at,
    co_change_records.hint_count as record_hint_count,
    1::double * co_change_records.followed_count / co_change_records.hint_count as record_followed_share,
    co_change_records.weaker_lift as record_lift
from co_change_hints
inner join repos on repos.repo = co_change_hints.repo and repos.is_configured
inner join co_change_records
    on co_change_records.repo = co_change_hints.repo and co_change_records.sprint = co_change_hints.sprint
where co_change_hints.sprint = $sprint and co_change_records.mute_reason is null
order by confidence desc, co_change_hints.shared_count desc, co_change_hints.changed_at, co_change_hints.repo, co_change_hints.path,
    co_change_hints.change_key
