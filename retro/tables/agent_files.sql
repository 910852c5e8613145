create table agent_files (
    source text not null,
    file text not null,
    size_bytes bigint not null,
    modified_ns bigint not null,
    digest text,
    rules_digest text not null,
    family text[] not null,
    session_ids text[] not null,
    read_lines bigint not null,
    skipped_lines bigint not null,
    reason text,
    is_present boolean not null,
    read_at timestamptz not null
);
comment on table agent_files is 'One row per transcript file of a coding agent, as of the run that read it last. Key: source, file.';
comment on column agent_files.source is 'agent_sessions.source.';
comment on column agent_files.file is 'Path from the project''s folder where it lies inside, else with ~ for the home directory. Behind it `, as of` and a time: what the file held then and no longer tells of, since it was written anew.';
comment on column agent_files.size_bytes is 'Size on disk: together with the time of its last change it tells whether there is something new.';
comment on column agent_files.modified_ns is 'Last change, in nanoseconds since 1970.';
comment on column agent_files.digest is 'SHA-256 of its bytes; NULL when it could not be read.';
comment on column agent_files.rules_digest is 'SHA-256 of the settings and of the version that it was read by.';
comment on column agent_files.family is 'Ids by which copies of one history are known (sessions, its first line): such files are read again together.';
comment on column agent_files.session_ids is 'Sessions of agent_sessions that it tells of.';
comment on column agent_files.read_lines is 'Lines, or records, found in it.';
comment on column agent_files.skipped_lines is 'Those of them that were left out.';
comment on column agent_files.reason is 'Why lines were left out or values set to NULL, each with its count and first line.';
comment on column agent_files.is_present is 'False when the agent has deleted it, or written it anew, since; its rows are kept until --prune.';
comment on column agent_files.read_at is 'UTC.';
