create table number_bases (
    kind text not null,
    name text not null,
    digest text not null,
    check (kind in ('sources', 'settings', 'version', 'metric'))
);
comment on table number_bases is 'One row per thing that decides numbers, as it was when the warehouse was written; frozen numbers are held against it. Key: kind, name.';
comment on column number_bases.kind is 'sources (all that was read), settings (retro.toml and the sprints), version (of Retro), metric (a named query with the views that it reads).';
comment on column number_bases.name is 'Name of the query; for the other kinds the kind again.';
comment on column number_bases.digest is 'SHA-256 of it, twelve letters of it for a metric; the version as it is.';
