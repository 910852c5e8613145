create table findings (
    rule text not null,
    repo text not null,
    finding_key text not null,
    kind text not null,
    commit_sha text,
    parent_shas text[],
    pr_number bigint,
    path text,
    line bigint,
    detail text not null,
    severity text not null,
    finder_kind text,
    finder_agent text,
    evidence text not null,
    method text,
    confidence double,
    introduced_at timestamptz,
    found_at timestamptz,
    resolved_sha text,
    resolved_at timestamptz,
    rules_digest text not null,
    check (severity in ('error', 'warning', 'note')),
    check (finder_kind in ('human', 'agent', 'bot', 'unknown')),
    check (evidence in ('verified', 'inferred', 'human')),
    check (confidence between 0 and 1)
);
comment on table findings is 'One row per fault that a rule found, repaired or not. Key: rule, repo, finding_key.';
comment on column findings.rule is 'What found it: review flag (a reviewer''s comment on a line or file that a later commit of the same pull request changed), or a kind of damage (view damage): no longer parses, conflict marker, undefined name, defined twice, block twice, removed name, lost change, stale change, one side taken, content of neither side; or swap_incomplete (view swap_residues: what a swap of identifiers left behind, a hint), or usually_together (co_change_hints: a file that a change left out, a hint).';
comment on column findings.repo is 'Repository (repos.repo).';
comment on column findings.finding_key is 'What tells it apart from others of its rule; of a review flag source, pull request and comment; of damage commit, path and name.';
comment on column findings.kind is 'Kind of fault; of a review flag duplicate import, security, type, logic, test, documentation, style or other; of damage the language, or what it is about.';
comment on column findings.commit_sha is 'Commit in which it was found: the head that was reviewed, or the merge; NULL: unknown.';
comment on column findings.parent_shas is 'Of damage the parents of that commit, none of which has it; NULL otherwise.';
comment on column findings.pr_number is 'Pull request; NULL: none, or unknown.';
comment on column findings.path is 'File; NULL: none in particular.';
comment on column findings.line is 'Line in the file at commit_sha; NULL: the whole file, or unknown.';
comment on column findings.detail is 'What decided, in words: of a review flag what told the kind, and how near the change came. Texts of comments are not stored.';
comment on column findings.severity is 'error (security, type, logic), warning (duplicate import, test, documentation, other) or note (style).';
comment on column findings.finder_kind is 'Who found it: human, agent (an AI reviewer), bot or unknown; NULL: no reviewer, a rule alone.';
comment on column findings.finder_agent is 'AI reviewer; NULL: none, or not told.';
comment on column findings.evidence is 'inferred: a rule decided.';
comment on column findings.method is 'How the rule decided; of a review flag line (the change touches the line or two beside it) or file (it touches the file elsewhere).';
comment on column findings.confidence is 'Measured precision of the method, 0 to 1, of swap_incomplete the share that was followed up within 30 days, of usually_together within 14 days in the repository''s own past; NULL without a measure.';
comment on column findings.introduced_at is 'When the fault was written, UTC; NULL: unknown.';
comment on column findings.found_at is 'When it was found, UTC; NULL: unknown.';
comment on column findings.resolved_sha is 'Commit that repaired it; NULL: none yet, or unknown.';
comment on column findings.resolved_at is 'When that commit was made, UTC; NULL likewise.';
comment on column findings.rules_digest is 'SHA-256 of the rules that made the row, and of what they looked at.';
