create table category_overrides (
    sprint text not null,
    position bigint not null,
    repo text,
    commit_prefix text not null,
    work_type text,
    theme text,
    reason text,
    file text not null,
    line bigint not null
);
comment on table category_overrides is 'One row per word of the team on what kind of work a commit was; it wins over the rules (commit_kinds). Key: sprint, position.';
comment on column category_overrides.sprint is 'Sprint in whose notes it stands (sprints.sprint).';
comment on column category_overrides.position is 'Place among the overrides of its file, from 1.';
comment on column category_overrides.repo is 'Repository that is meant (repos.repo); NULL: not told, so any.';
comment on column category_overrides.commit_prefix is 'First seven or more letters of the commit''s id.';
comment on column category_overrides.work_type is 'Type that it is; NULL: the rules decide.';
comment on column category_overrides.theme is 'Theme that it served; NULL: the rules decide.';
comment on column category_overrides.reason is 'Why, as told; NULL: not told.';
comment on column category_overrides.file is 'File of the notes, from the project''s folder.';
comment on column category_overrides.line is 'Line of its table in that file.';
