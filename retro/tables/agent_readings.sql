create table agent_readings (
    source text not null,
    read_at timestamptz not null,
    kept_from_at timestamptz
);
comment on table agent_readings is 'One row per run that looked for transcripts of a coding agent and wrote the warehouse: how far back they reached then. Key: source, read_at.';
comment on column agent_readings.source is 'agent_sessions.source.';
comment on column agent_readings.read_at is 'UTC.';
comment on column agent_readings.kept_from_at is 'Sessions that went on after this were still there: the days that the agent keeps its transcripts before read_at, or the end of the oldest session whose transcript was there, whichever is earlier; UTC. NULL: the agent deletes none.';
