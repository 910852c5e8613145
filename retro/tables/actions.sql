create table actions (
    action text not null,
    sprint text not null,
    lesson text,
    action_text text not null,
    owner text,
    due_date date,
    status text not null,
    done_date date,
    file text not null,
    line bigint not null,
    check (status in ('open', 'done', 'dropped'))
);
comment on table actions is 'One row per action and sprint whose notes tell of it; a later telling adds to an earlier one. Key: action, sprint.';
comment on column actions.action is 'The notes'' own id; the same in each sprint that tells of the action again.';
comment on column actions.sprint is 'Sprint in whose notes it stands (sprints.sprint).';
comment on column actions.lesson is 'Lesson that it follows from (lessons.lesson); NULL: none.';
comment on column actions.action_text is 'What is to be done, as told.';
comment on column actions.owner is 'Who does it, as told: a team, a role or a name; NULL: nobody is named.';
comment on column actions.due_date is 'Day by which it should be done, in the project''s zone; NULL: not told.';
comment on column actions.status is 'open, done or dropped, as told.';
comment on column actions.done_date is 'Day on which it was done or dropped; NULL: not told, or still open.';
comment on column actions.file is 'File of the notes, from the project''s folder.';
comment on column actions.line is 'Line of its table in that file.';
