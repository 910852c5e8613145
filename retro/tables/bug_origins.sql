create table bug_origins (
    repo text not null,
    fix_sha text not null,
    origin_sha text,
    method text,
    tier text,
    confidence double,
    reason text,
    blamed_lines bigint not null,
    origin_lines bigint not null,
    candidate_count bigint not null,
    blamed_file_count bigint not null,
    skipped_file_count bigint not null,
    evidence text not null,
    rules_digest text not null,
    check (method in ('revert', 'named', 'named pull request', 'blame')),
    check (tier in ('explicit', 'high', 'medium', 'low')),
    check (confidence between 0 and 1),
    check ((origin_sha is null) = (method is null) and (origin_sha is null) = (tier is null)),
    check ((origin_sha is null) = (reason is not null)),
    check ((tier = 'explicit') = (method <> 'blame')),
    check (blamed_lines >= origin_lines and origin_lines >= 0 and candidate_count >= 0),
    check (blamed_file_count >= 0 and skipped_file_count >= 0),
    check (evidence in ('verified', 'inferred', 'human'))
);
comment on table bug_origins is 'One row per bug fix that was looked at: the one commit that most probably brought the bug in, or why none can be told. Key: repo, fix_sha.';
comment on column bug_origins.repo is 'Repository (repos.repo).';
comment on column bug_origins.fix_sha is 'Commit that fixed a bug (commit_kinds.bug_fix_evidence).';
comment on column bug_origins.origin_sha is 'Commit that most probably brought the bug in, an ancestor of the fix; NULL: see reason. The same change may have landed as another commit: see change_identities.';
comment on column bug_origins.method is 'revert (the fix takes it back), named (the message names the commit), named pull request (the message names the pull request that it landed with), blame (lines that the fix took away, or between which it put new ones, come from it); NULL without an origin.';
comment on column bug_origins.tier is 'explicit (the message names it); high (the fix deleted code outside tests, all of it from one commit, not over 180 days old); medium (not over 180 days old, and such code from several commits, or other lines from one); low (the others); NULL without an origin.';
comment on column bug_origins.confidence is 'Measured share of right origins (0-1) of the tier (benchmarks/bug_origins.md); NULL for explicit, which nobody measured, and without an origin.';
comment on column bug_origins.reason is 'Why there is no origin: merge, root commit, shallow boundary, beyond the shallow boundary, only adds files, no text lines, not readable (files over 2 MB, or with names that are not UTF-8), not comparable (content that is not in the clone, or damaged); NULL with one.';
comment on column bug_origins.blamed_lines is 'Lines of the file before the fix whose origin was asked for; 0 when the message named it.';
comment on column bug_origins.origin_lines is 'Those of them that come from origin_sha.';
comment on column bug_origins.candidate_count is 'Distinct commits that these lines come from.';
comment on column bug_origins.blamed_file_count is 'Files whose lines were asked for.';
comment on column bug_origins.skipped_file_count is 'Files that had such lines and were left out: beyond the 50 that are asked for, over 2 MB, with a name that is not UTF-8, or with a history that git cannot read to its end.';
comment on column bug_origins.evidence is 'inferred.';
comment on column bug_origins.rules_digest is 'SHA-256 of the rules that made the row.';
