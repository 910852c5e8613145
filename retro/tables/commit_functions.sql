create table commit_functions (
    repo text not null,
    commit_sha text not null,
    path text not null,
    function_name text not null,
    start_line bigint not null,
    end_line bigint not null,
    change_kind text not null,
    added_lines bigint not null,
    deleted_lines bigint not null,
    complexity_before bigint,
    complexity_after bigint,
    parameter_count bigint not null,
    language text,
    rules_digest text not null,
    check (change_kind in ('added', 'modified', 'deleted')),
    check (added_lines >= 0),
    check (deleted_lines >= 0),
    check (added_lines + deleted_lines > 0)
);
comment on table commit_functions is 'One row per function with a line that a commit other than a merge added or deleted, in files that could be parsed (function_files). Key: repo, commit_sha, path, function_name, change_kind, start_line.';
comment on column commit_functions.repo is 'Repository (repos.repo).';
comment on column commit_functions.commit_sha is 'Commit (commits.commit_sha).';
comment on column commit_functions.path is 'Path after the change (commit_files.path).';
comment on column commit_functions.function_name is 'Name with its class where it can be told, at most 200 characters; (anonymous) for one without a name.';
comment on column commit_functions.start_line is 'First line, in the new file; of a deleted function in the old one.';
comment on column commit_functions.end_line is 'Last line, in the same file as start_line.';
comment on column commit_functions.change_kind is 'added, modified or deleted; a renamed function is one deleted and one added.';
comment on column commit_functions.added_lines is 'New lines between its first and last line; those of a function inside another count for both.';
comment on column commit_functions.deleted_lines is 'Lines gone from between its first and last line in the old file, likewise.';
comment on column commit_functions.complexity_before is 'Cyclomatic complexity before the commit, one more than its decisions; NULL: there was no such function.';
comment on column commit_functions.complexity_after is 'Cyclomatic complexity after the commit; NULL: deleted.';
comment on column commit_functions.parameter_count is 'Number of parameters after the commit; of a deleted function before it.';
comment on column commit_functions.language is 'Language by file name; NULL: the name tells none.';
comment on column commit_functions.rules_digest is 'SHA-256 of the rules and the parsers'' versions that made the row.';
