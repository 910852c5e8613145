create table report_numbers (
    page text not null,
    query text not null,
    parameters text not null,
    row_key text not null,
    column_name text not null,
    sprint text,
    anchor text not null,
    row_number bigint not null,
    value text not null,
    evidence text not null,
    query_digest text not null,
    metric_version text,
    inputs_digest text not null,
    sources_digest text,
    settings_digest text,
    retro_version text,
    built_at timestamptz not null,
    check (row_number > 0),
    check (evidence in ('verified', 'inferred', 'human'))
);
comment on table report_numbers is 'One row per value that a page showed when it was built, as frozen in the file beside it. The same number has the same query, parameters, row_key and column_name in every build. Key: page, query, parameters, row_key, column_name.';
comment on column report_numbers.page is 'The page below reports/, without its suffix: sprint-2, sprint-2/cost, trends.';
comment on column report_numbers.query is 'Named query that gave the value.';
comment on column report_numbers.parameters is 'Its parameters, a JSON object.';
comment on column report_numbers.row_key is 'What tells the row apart: a JSON object of the texts, days and numbers of pull requests that stand before the first measure, without moments, digests, verdicts and reasons; equal ones are numbered in order ("#": 2).';
comment on column report_numbers.column_name is 'Column of the query''s result.';
comment on column report_numbers.sprint is 'Sprint of the page (sprints.sprint); NULL: a page over all sprints.';
comment on column report_numbers.anchor is 'Anchor of the first figure of the page that shows the value.';
comment on column report_numbers.row_number is 'Place of the row in the result, from 1.';
comment on column report_numbers.value is 'The value as JSON; decimals with all their digits.';
comment on column report_numbers.evidence is 'Of the row where rows carry their own, else of the query: verified, inferred or human.';
comment on column report_numbers.query_digest is 'SHA-256 of the query''s text.';
comment on column report_numbers.metric_version is 'Version of the definition: twelve letters of the SHA-256 over the SQL of the query and of the views that it reads, comments left out; NULL: frozen before this was told.';
comment on column report_numbers.inputs_digest is 'SHA-256 of all inputs, settings and version together.';
comment on column report_numbers.sources_digest is 'SHA-256 of what was read from repositories, logs, forges and notes; NULL: not told.';
comment on column report_numbers.settings_digest is 'SHA-256 of retro.toml and the plan of sprints; NULL: not told.';
comment on column report_numbers.retro_version is 'Version of Retro that made the derived rows; NULL: not told.';
comment on column report_numbers.built_at is 'When these numbers were first shown so, UTC.';
