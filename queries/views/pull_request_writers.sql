-- Who wrote the commits of each pull request?
-- One row per pull request with a commit whose author was judged.
--
-- repo: repository
-- pr_number: its number
-- author_kind: agent where an agent wrote any of its commits, else the kind of all of them: bot, human or unknown; unknown where they differ
--
-- Left out: commits of its branch that are not in the clone.
-- Evidence: inferred
select
    branch.repo,
    branch.pr_number,
    case
        when bool_or(kinds.author_kind = 'agent') then 'agent'
        when count(distinct kinds.author_kind) = 1 then min(kinds.author_kind)
        else 'unknown'
    end as author_kind
from pull_request_commits as branch
inner join commit_attribution as kinds on kinds.repo = branch.repo and kinds.commit_sha = branch.commit_sha
group by branch.repo, branch.pr_number
