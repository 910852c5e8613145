create table identities (
    repo text not null,
    email text not null,
    name text not null,
    canonical_name text,
    canonical_email text,
    author_key text not null,
    method text not null,
    check (method in ('mailmap', 'same'))
);
comment on table identities is 'One row per spelling of a person, agent or bot in a repository''s commits, with the one that the .mailmap of the default branch gives. Key: repo, email, name.';
comment on column identities.repo is 'Repository (repos.repo).';
comment on column identities.email is 'Address as written in the commits; empty when they have none.';
comment on column identities.name is 'Name as written in the commits; empty when they have none.';
comment on column identities.canonical_name is 'Name that stands for the identity; NULL: none.';
comment on column identities.canonical_email is 'Address that stands for the identity; NULL: none.';
comment on column identities.author_key is 'What to count people by: the canonical address in lower case, without one the canonical name.';
comment on column identities.method is 'mailmap when a line of .mailmap changed the name or the address, else same.';
