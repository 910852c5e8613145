create table pull_request_scopes (
    repo text not null,
    pr_number bigint not null,
    judged_sha text,
    base_sha text,
    concerns text[],
    commit_types text[],
    commit_scopes text[],
    file_kinds text[],
    areas text[],
    judged_commit_count bigint,
    answer_commit_count bigint,
    answer_subjects text[],
    code_lines bigint,
    test_lines bigint,
    other_lines bigint,
    left_out_lines bigint,
    changed_file_count bigint,
    readded_lines bigint,
    readded_sha text,
    readded_path text,
    repeated_lines bigint,
    repeated_sha text,
    landed_before_sha text,
    flag_count bigint,
    judged_flag_count bigint,
    status text not null,
    evidence text not null,
    rules_digest text not null,
    check (status in ('read', 'no commits known', 'commits not in the clone', 'unreadable')),
    check (evidence in ('verified', 'inferred', 'human')),
    check ((status = 'read') = (concerns is not null))
);
comment on table pull_request_scopes is 'One row per pull request: how many things it is about and how large it is, as it stood when it was first reviewed, and whether it brings back what had gone. Key: repo, pr_number.';
comment on column pull_request_scopes.repo is 'Repository (repos.repo).';
comment on column pull_request_scopes.pr_number is 'Number on the forge.';
comment on column pull_request_scopes.judged_sha is 'Head that was judged: the first one that somebody else reviewed, else the last; NULL: unknown.';
comment on column pull_request_scopes.base_sha is 'Commit with which that head is compared; NULL: unknown.';
comment on column pull_request_scopes.concerns is 'What it is about, one word each, in alphabetical order: kinds of commits by the kind of their files first, then by declared type. Answers to review are left out, and so are documentation and tests beside code. NULL: not read.';
comment on column pull_request_scopes.commit_types is 'Declared types of its judged commits, in alphabetical order; NULL: not read.';
comment on column pull_request_scopes.commit_scopes is 'Declared scopes of its judged commits, in alphabetical order; NULL: not read.';
comment on column pull_request_scopes.file_kinds is 'Kinds of its files (file_kinds.kind), in alphabetical order; NULL: not read.';
comment on column pull_request_scopes.areas is 'Areas of its files (file_kinds.area), in alphabetical order; NULL: not read.';
comment on column pull_request_scopes.judged_commit_count is 'Commits of the branch up to judged_sha, merges left out; NULL: not read.';
comment on column pull_request_scopes.answer_commit_count is 'Commits of the branch after that, merges left out; NULL: not read.';
comment on column pull_request_scopes.answer_subjects is 'Their subjects, oldest first, at most ten, secrets masked; NULL: not read.';
comment on column pull_request_scopes.code_lines is 'Lines added and deleted in files of the kind code; a deleted file counts as one line; NULL: not read.';
comment on column pull_request_scopes.test_lines is 'Likewise in tests.';
comment on column pull_request_scopes.other_lines is 'Likewise in files of other kinds.';
comment on column pull_request_scopes.left_out_lines is 'Likewise in generated, vendored and lock files, which nobody reviews line by line.';
comment on column pull_request_scopes.changed_file_count is 'Files changed, of all kinds; NULL: not read.';
comment on column pull_request_scopes.readded_lines is 'Lines that it adds to a file from which the default branch had removed them within 30 days before its end; lines under 12 characters are left out. NULL: not read, or it ended before the first sprint.';
comment on column pull_request_scopes.readded_sha is 'Commit that had removed most of them; NULL: none.';
comment on column pull_request_scopes.readded_path is 'File with most of them; NULL: none.';
comment on column pull_request_scopes.repeated_lines is 'Lines that it adds to a file to which the default branch had added the same ones within 30 days before its end, where they still stood; NULL: not read, or it ended before the first sprint.';
comment on column pull_request_scopes.repeated_sha is 'Commit that had added most of them; NULL: none.';
comment on column pull_request_scopes.landed_before_sha is 'Commit of the default branch, outside this pull request, that already held the change of one of its commits (change_identities); NULL: none.';
comment on column pull_request_scopes.flag_count is 'Comments by others on its files and lines, before its end, that begin a thread; NULL: its comments were not among what was read.';
comment on column pull_request_scopes.judged_flag_count is 'Those of them for which git could tell whether a later commit changed what they are about; NULL likewise.';
comment on column pull_request_scopes.status is 'read; or why not: no commits known, commits not in the clone, unreadable.';
comment on column pull_request_scopes.evidence is 'inferred: rules decided.';
comment on column pull_request_scopes.rules_digest is 'SHA-256 of the rules that made the row, and of what they looked at.';
