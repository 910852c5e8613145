create table sprints (
    sprint text not null,
    sequence integer not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    first_date date not null,
    last_date date not null,
    goal text,
    origin text not null,
    check (starts_at < ends_at),
    check (first_date <= last_date),
    check (origin in ('named', 'cadence'))
);
comment on table sprints is 'One row per sprint of the plan in retro.toml, until the one that runs now. Key: sprint.';
comment on column sprints.sprint is 'The sprint''s id, as in --sprint.';
comment on column sprints.sequence is '1 for the first sprint by start, without gaps.';
comment on column sprints.starts_at is 'First instant, UTC; belongs to the sprint.';
comment on column sprints.ends_at is 'First instant after the sprint, UTC; does not belong to it.';
comment on column sprints.first_date is 'First day in the project''s zone.';
comment on column sprints.last_date is 'Last day in the project''s zone, inclusive.';
comment on column sprints.goal is 'The goal as told in retro.toml.';
comment on column sprints.origin is 'named (written in retro.toml) or cadence (computed from first and days).';
