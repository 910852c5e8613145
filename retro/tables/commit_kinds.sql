create table commit_kinds (
    repo text not null,
    commit_sha text not null,
    declared_type text,
    declared_scope text,
    is_breaking boolean not null,
    observed_type text,
    observed_rule text,
    observed_confidence double,
    bug_fix_evidence text,
    bug_fix_rule text,
    bug_fix_confidence double,
    work_type text not null,
    theme text not null,
    theme_rule text,
    evidence text not null,
    rules_digest text not null,
    check (observed_confidence between 0 and 1),
    check (bug_fix_confidence between 0 and 1),
    check (bug_fix_evidence in ('declared', 'revert', 'trailer', 'reference', 'words', 'shape')),
    check (evidence in ('verified', 'inferred', 'human'))
);
comment on table commit_kinds is 'One row per commit: what kind of work it was, whether it fixed a bug and which theme it served, with the rules that decided. Key: repo, commit_sha.';
comment on column commit_kinds.repo is 'Repository (repos.repo).';
comment on column commit_kinds.commit_sha is 'Commit (commits.commit_sha).';
comment on column commit_kinds.declared_type is 'Conventional type that the subject claims (feat, fix, ...); NULL: it claims none.';
comment on column commit_kinds.declared_scope is 'Conventional scope that the subject claims; NULL: none.';
comment on column commit_kinds.is_breaking is 'True when the subject has ! after the type, or a trailer BREAKING CHANGE.';
comment on column commit_kinds.observed_type is 'Type that paths, words and the shape of the change suggest, the claim left aside; NULL: they suggest none.';
comment on column commit_kinds.observed_rule is 'Rule that decided observed_type.';
comment on column commit_kinds.observed_confidence is 'Share of right answers (0-1) of the family of observed_rule on commits withheld from tuning (benchmarks/categories.md); NULL without observed_type.';
comment on column commit_kinds.bug_fix_evidence is 'What says that the commit fixes a bug: declared (the type fix), revert (it takes a commit back), trailer (Fixes: names the origin), reference (fixes #12), words, shape (a few changed lines without a word); NULL: it fixes none, is a merge, or declares another type.';
comment on column commit_kinds.bug_fix_rule is 'Each piece of evidence with its points; 1 in all is enough. A claim has none.';
comment on column commit_kinds.bug_fix_confidence is 'Share of real fixes (0-1) among withheld commits with such evidence (benchmarks/categories.md); NULL for a claim, which nobody checked, and without evidence.';
comment on column commit_kinds.work_type is 'merge for merges, else the declared type, else the observed one, else unknown.';
comment on column commit_kinds.theme is 'First theme of retro.toml with a rule that matches, or uncategorized.';
comment on column commit_kinds.theme_rule is 'Rule that decided, as kind:pattern; NULL for uncategorized.';
comment on column commit_kinds.evidence is 'inferred (rules), human (told in the team''s notes), verified (a merge without a theme rule: its parents say so).';
comment on column commit_kinds.rules_digest is 'SHA-256 of the rules that made the row.';
