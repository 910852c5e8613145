create table commit_attribution (
    repo text not null,
    commit_sha text not null,
    author_kind text not null,
    agent text,
    method text not null,
    rule text,
    confidence double,
    evidence text not null,
    rules_digest text not null,
    check (author_kind in ('human', 'agent', 'bot', 'unknown')),
    check (author_kind = 'agent' or agent is null),
    check ((author_kind = 'unknown') = (method = 'no_mark')),
    check (confidence between 0 and 1),
    check (evidence in ('verified', 'inferred', 'human'))
);
comment on table commit_attribution is 'One row per commit: who took part in writing it, as far as something says so. Silence is unknown, never human. Key: repo, commit_sha.';
comment on column commit_attribution.repo is 'Repository (repos.repo).';
comment on column commit_attribution.commit_sha is 'Commit (commits.commit_sha).';
comment on column commit_attribution.author_kind is 'agent (a coding agent wrote at least a part), bot (a programme with a fixed task is the author), human (something says that no agent took part), unknown (nothing says anything).';
comment on column commit_attribution.agent is 'The tool: claude-code, codex, copilot, cursor, aider, gemini-cli, devin ...; NULL where the mark names none, and for every other kind.';
comment on column commit_attribution.method is 'What decided, strongest first: team, note, author, trailer, text, note_human, denial, team_human, before_agents, no_mark.';
comment on column commit_attribution.rule is 'The rule of that method: list of retro.toml, form of the note, kind of identity, key of the trailer; NULL for no_mark.';
comment on column commit_attribution.confidence is 'How sure the method is of the class, 0 to 1; NULL for unknown.';
comment on column commit_attribution.evidence is 'human (the team''s own rule), else inferred: marks can be left out and forged.';
comment on column commit_attribution.rules_digest is 'SHA-256 of the rules that made the row.';
