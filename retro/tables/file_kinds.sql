create table file_kinds (
    repo text not null,
    path text not null,
    area text not null,
    area_rule text not null,
    kind text not null,
    kind_rule text not null,
    language text,
    rules_digest text not null
);
comment on table file_kinds is 'One row per path that any commit changed: its area, kind and language. Key: repo, path.';
comment on column file_kinds.repo is 'Repository (repos.repo).';
comment on column file_kinds.path is 'Path (commit_files.path).';
comment on column file_kinds.area is 'First area of retro.toml with a glob that matches; without a section the top folder, / for files at the top; other when no glob matches.';
comment on column file_kinds.area_rule is 'Glob that matched, top-folder, or none.';
comment on column file_kinds.kind is 'vendored, lock, generated, ci, test, build, configuration, documentation, data, asset or code; other when the name tells none. Lines of the first three count as nobody''s own.';
comment on column file_kinds.kind_rule is 'What decided the kind: gitattributes, a rule on names (dependency-folder, lock-file, ...), suffix, or none.';
comment on column file_kinds.language is 'Language by file name; NULL: the name tells none.';
comment on column file_kinds.rules_digest is 'SHA-256 of the rules that made the row.';
