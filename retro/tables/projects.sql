create table projects (
    project text not null,
    timezone text not null,
    is_invented boolean not null,
    bug_boundary text,
    has_deployed_releases boolean not null,
    plan_digest text not null,
    retro_version text not null,
    check (bug_boundary in ('release', 'default_branch'))
);
comment on table projects is 'One row: the project whose retro.toml filled this file. Key: project.';
comment on column projects.project is 'Name from retro.toml.';
comment on column projects.timezone is 'IANA name of the zone in which days and sprints begin.';
comment on column projects.is_invented is 'True for the demo: its data is made up, and every page says so.';
comment on column projects.bug_boundary is 'What a bug must reach before its fix to have escaped, by retro.toml: release or default_branch; NULL: not set, so release where a repository has any, else default_branch.';
comment on column projects.has_deployed_releases is 'True when retro.toml says that a release is a deployment: only then are there dora_* numbers.';
comment on column projects.plan_digest is 'SHA-256 of the settings, sprints, views and version that made the derived rows and views.';
comment on column projects.retro_version is 'Version of Retro that wrote this file last.';
