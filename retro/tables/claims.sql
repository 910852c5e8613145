create table claims (
    sprint text not null,
    claim text not null,
    claim_text text not null,
    query text,
    query_sprint text not null,
    query_where text,
    query_column text,
    op text,
    claimed_value text,
    file text not null,
    line bigint not null,
    check (op in ('==', '!=', '<', '<=', '>', '>=', '~'))
);
comment on table claims is 'One row per claim in the team''s notes. Key: sprint, claim.';
comment on column claims.sprint is 'Sprint in whose notes it stands (sprints.sprint).';
comment on column claims.claim is 'The notes'' own id, else its place among the claims of its file, from 1.';
comment on column claims.claim_text is 'The claim as told.';
comment on column claims.query is 'Named query that can check it; NULL: none is named.';
comment on column claims.query_sprint is 'Sprint that the query is asked about.';
comment on column claims.query_where is 'Values that pick rows of the query, as JSON; NULL: all rows.';
comment on column claims.query_column is 'Column of the query that is looked at, or row_count; NULL: its only number.';
comment on column claims.op is 'How the value has to compare; ~ allows for rounding; NULL: no query is named.';
comment on column claims.claimed_value is 'The value as claimed; NULL: no query is named.';
comment on column claims.file is 'File of the notes, from the project''s folder.';
comment on column claims.line is 'Line of its table in that file.';
