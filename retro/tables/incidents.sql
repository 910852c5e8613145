create table incidents (
    incident text not null,
    sprint text not null,
    repo text,
    title text not null,
    introduced_at timestamptz,
    landed_at timestamptz,
    surfaced_at timestamptz,
    repaired_at timestamptz,
    surfaced_by text,
    impact text,
    root_cause text,
    file text not null,
    line bigint not null
);
comment on table incidents is 'One row per incident that the team''s notes tell of. Key: incident.';
comment on column incidents.incident is 'The notes'' own id, one of its kind in the project.';
comment on column incidents.sprint is 'Sprint in whose notes it stands (sprints.sprint).';
comment on column incidents.repo is 'Repository that its references mean (repos.repo); NULL: not told, so any.';
comment on column incidents.title is 'What happened, as told.';
comment on column incidents.introduced_at is 'When the fault was written, as told, UTC; NULL: not told.';
comment on column incidents.landed_at is 'When it reached the default branch, as told, UTC; NULL: not told.';
comment on column incidents.surfaced_at is 'When somebody noticed, as told, UTC; NULL: not told.';
comment on column incidents.repaired_at is 'When the repair was in place, as told, UTC; NULL: not told.';
comment on column incidents.surfaced_by is 'How it was noticed, as told; NULL: not told.';
comment on column incidents.impact is 'Who felt it and how, as told; NULL: not told.';
comment on column incidents.root_cause is 'Why it could happen, as told; NULL: not told.';
comment on column incidents.file is 'File of the notes, from the project''s folder.';
comment on column incidents.line is 'Line of its table in that file.';
