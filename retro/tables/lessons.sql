create table lessons (
    lesson text not null,
    sprint text not null,
    lesson_text text not null,
    evidence text not null,
    since_date date,
    expect_query text,
    expect_where text,
    expect_column text,
    expect_op text,
    expect_value text,
    expect_trend text,
    expect_per text,
    file text not null,
    line bigint not null,
    check (evidence in ('verified', 'inferred', 'human')),
    check (expect_op in ('==', '!=', '<', '<=', '>', '>=', '~')),
    check (expect_trend in ('down', 'up'))
);
comment on table lessons is 'One row per lesson that the team''s notes tell. Key: lesson.';
comment on column lessons.lesson is 'The notes'' own id, one of its kind in the project.';
comment on column lessons.sprint is 'Sprint in whose notes it stands (sprints.sprint).';
comment on column lessons.lesson_text is 'The lesson as told.';
comment on column lessons.evidence is 'How the team knows it, as told: verified, inferred or human.';
comment on column lessons.since_date is 'First day from which it should show, in the project''s zone; NULL: not told.';
comment on column lessons.expect_query is 'Named query that measures it; NULL: nothing does.';
comment on column lessons.expect_where is 'Values that pick rows of the query, as JSON; NULL: all rows.';
comment on column lessons.expect_column is 'Column of the query that is looked at, or row_count; NULL: its only number.';
comment on column lessons.expect_op is 'How the value has to compare; NULL: a trend is expected.';
comment on column lessons.expect_value is 'Value to compare with, as written; NULL: a trend is expected.';
comment on column lessons.expect_trend is 'Direction in which it should go: down or up; NULL: a value is expected.';
comment on column lessons.expect_per is 'Column that counts what could have gone wrong; NULL: days.';
comment on column lessons.file is 'File of the notes, from the project''s folder.';
comment on column lessons.line is 'Line of its table in that file.';
