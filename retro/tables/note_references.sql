create table note_references (
    note_kind text not null,
    note_id text not null,
    role text not null,
    position bigint not null,
    reference text not null,
    reference_kind text not null,
    target text not null,
    repo text,
    check (note_kind in ('incident', 'lesson', 'claim')),
    check (role in ('introduced_by', 'repaired_by', 'source'))
);
comment on table note_references is 'One row per reference in the team''s notes: what an incident, a lesson or a claim points at. Key: note_kind, note_id, role, position.';
comment on column note_references.note_kind is 'incident, lesson or claim.';
comment on column note_references.note_id is 'Its id; of a claim sprint and claim, with a blank between.';
comment on column note_references.role is 'introduced_by, repaired_by, or source (what it rests on).';
comment on column note_references.position is 'Place in its list, from 1.';
comment on column note_references.reference is 'As written, such as pr:132.';
comment on column note_references.reference_kind is 'commit, merge (the commit that landed a pull request), pr, issue, finding, incident, lesson, or link.';
comment on column note_references.target is 'What follows the colon: the first letters of a commit''s id, a number, a key, an id; the whole link.';
comment on column note_references.repo is 'Repository that is meant (repos.repo); NULL: not told, so any.';
