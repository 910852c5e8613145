create table change_identities (
    repo text not null,
    commit_sha text not null,
    change_id text,
    canonical_sha text not null,
    relation text not null,
    method text not null,
    evidence text not null,
    check (relation in ('original', 'rebase', 'cherry-pick', 'squash-part')),
    check (method in ('patch-id', 'same blobs', 'message', 'pull request')),
    check ((relation = 'original') = (commit_sha = canonical_sha)),
    check (evidence in ('verified', 'inferred', 'human'))
);
comment on table change_identities is 'One row per commit whose change is in the repository more than once, so that it is counted once: copies and parts name the commit that stands for them. Commits without a row are the only one of their change. Key: repo, commit_sha.';
comment on column change_identities.repo is 'Repository (repos.repo).';
comment on column change_identities.commit_sha is 'Commit; one of a squashed or rebased branch need not be in commits.';
comment on column change_identities.change_id is 'git''s stable patch-id of the commit''s own change: equal for equal copies, another one for a copy that had to be adapted; NULL where no other commit of its author and author time changes the same files, or objects are missing.';
comment on column change_identities.canonical_sha is 'Commit that stands for the change: the first copy to land on the default branch, else one in a release, else any one of them; itself for an original.';
comment on column change_identities.relation is 'original (stands for the others), rebase (copy left behind on a branch), cherry-pick (copy on the default branch or in a release, or said so in its message), squash-part (commit of a branch that was squashed).';
comment on column change_identities.method is 'What links it: patch-id (same author, author time and patch-id), same blobs (the same, told without a patch), message (cherry picked from commit ...), pull request (the branch landed as the canonical commit).';
comment on column change_identities.evidence is 'inferred.';
