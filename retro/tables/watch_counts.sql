create table watch_counts (
    repo text not null,
    watch text not null,
    sprint text not null,
    commit_sha text not null,
    committed_at timestamptz,
    place_count bigint not null,
    file_count bigint not null,
    area_count bigint not null,
    areas text[] not null,
    own_place_count bigint not null,
    variant_count bigint not null,
    kept_count bigint not null,
    unread_count bigint not null,
    evidence text not null,
    rules_digest text not null,
    check (place_count >= file_count and file_count >= area_count and area_count = len(areas)),
    check (own_place_count >= 0 and own_place_count <= place_count),
    check (evidence in ('verified', 'inferred', 'human'))
);
comment on table watch_counts is 'One row per sprint and watched identifier ([[watch]] of retro.toml) of a repository: where it stood at the end of the sprint; of the last 26 sprints that had a commit to look at. Key: repo, watch, sprint.';
comment on column watch_counts.repo is 'Repository (repos.repo).';
comment on column watch_counts.watch is 'Name of the watch.';
comment on column watch_counts.sprint is 'Sprint (sprints.sprint).';
comment on column watch_counts.commit_sha is 'Commit whose tree was searched: the newest first-parent commit of the default branch before the sprint''s end.';
comment on column watch_counts.committed_at is 'Its committer time, UTC; NULL: not readable.';
comment on column watch_counts.place_count is 'Lines that hold one of the watch''s texts as a whole identifier, kept files left out.';
comment on column watch_counts.file_count is 'Files with such a line.';
comment on column watch_counts.area_count is 'Areas with such a file.';
comment on column watch_counts.areas is 'These areas, in order.';
comment on column watch_counts.own_place_count is 'Those of the lines that stand in code, configuration, data, build or CI files: neither tests nor documents.';
comment on column watch_counts.variant_count is 'Lines that hold it only as a part of a longer identifier.';
comment on column watch_counts.kept_count is 'Lines in files that the watch keeps.';
comment on column watch_counts.unread_count is 'Contents of the tree that are not in the clone.';
comment on column watch_counts.evidence is 'verified: counted in the tree.';
comment on column watch_counts.rules_digest is 'SHA-256 of the rules, the watch, the areas and what the repository declares of its files.';
