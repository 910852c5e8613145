create table declared_kinds (
    repo text not null,
    path text not null,
    line integer not null check (line > 0),
    kind text not null check (kind in ('generated', 'vendored', 'documentation')),
    pattern text not null,
    is_set boolean
);
comment on table declared_kinds is 'One row per line of a .gitattributes file and kind of files that it speaks of, as committed at the tip of the default branch: linguist-generated, linguist-vendored and linguist-documentation. Key: repo, path, line, kind.';
comment on column declared_kinds.repo is 'Repository (repos.repo).';
comment on column declared_kinds.path is 'Path of the .gitattributes file; its lines speak of the files in its folder and below.';
comment on column declared_kinds.line is 'Line in the file, from 1.';
comment on column declared_kinds.kind is 'Kind that the attribute names: generated, vendored or documentation.';
comment on column declared_kinds.pattern is 'Pattern for paths from the folder of the file on, without its quotes.';
comment on column declared_kinds.is_set is 'True: the files are of this kind; false: they are not; NULL: what an earlier line said of them is taken back.';
