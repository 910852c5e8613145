create table release_records (
    source text not null,
    repo text not null,
    tag_name text not null,
    commit_sha text,
    released_at timestamptz,
    released_at_kind text not null,
    check (released_at_kind in ('tagged', 'committed', 'published'))
);
comment on table release_records is 'One row per tag that looks like a release, by source. The view releases picks one source per tag. Key: source, repo, tag_name.';
comment on column release_records.source is 'Who says so: git, or a forge.';
comment on column release_records.repo is 'Repository (repos.repo).';
comment on column release_records.tag_name is 'Tag without refs/tags/.';
comment on column release_records.commit_sha is 'Commit that the tag stands for; NULL: the forge does not say, the view takes it from git.';
comment on column release_records.released_at is 'When it was tagged, committed for a tag without a date, or published on the forge, UTC; NULL when none is readable.';
comment on column release_records.released_at_kind is 'tagged (annotated tag), committed (lightweight tag) or published (release on a forge).';
