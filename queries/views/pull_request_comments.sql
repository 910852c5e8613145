-- Which comments were made on pull requests, by whom, and which of them count?
-- One row per comment that a forge tells of.
--
-- repo: repository
-- pr_number: pull request
-- source: the forge
-- comment_id: comment
-- kind: inline (on a line or file) or conversation (below the pull request)
-- review_id: review that it belongs to; NULL: none, or not told
-- thread_id: thread that it stands in; NULL outside one
-- author_hash: who wrote it; NULL: unknown, or the account was deleted
-- author_kind: human, agent (an AI reviewer), bot or unknown
-- author_agent: the AI reviewer; NULL: none, or not told
-- created_at: UTC; NULL: unknown
-- path: file that it is about; NULL: none
-- line: line that it is about; NULL: none, or not told
-- commit_sha: commit that it was written about; NULL: none, or not told
-- is_reply: true when it answers in a thread, false when it begins one; NULL outside threads
-- is_self: true when the author of the pull request wrote it; NULL: one of the two is unknown
-- is_after_end: true when it came after the merge, or after the close of one that was not merged; NULL: unknown
-- is_counted: true when somebody else wrote it before the end; one of which this is unknown does not count
-- is_resolved: true when its thread was resolved; NULL: not told, or no thread
-- is_outdated: true when a later push changed the lines that its thread is about; NULL: not told, or no thread
-- has_suggestion: true when it suggests a change; NULL: not told
-- character_count: characters of its text; NULL: not told
-- finding_kinds: kinds of finding that its words name; NULL: not told
--
-- Left out: repositories that retro.toml no longer names.
-- Evidence: verified
with judged as (
    select
        comments.*,
        case when comments.thread_id is not null then comments.comment_id <> first_value(comments.comment_id) over (
            partition by comments.source, comments.repo, comments.pr_number, comments.thread_id
            order by comments.created_at nulls last, comments.comment_id
        ) end as is_reply,
        comments.author_hash = records.author_hash as is_self,
        comments.created_at > coalesce(records.merged_at, records.closed_at, 'infinity'::timestamptz) as is_after_end
    from pr_review_comments as comments
    inner join repos on repos.repo = comments.repo and repos.is_configured
    left join pull_request_records as records
        on records.source = comments.source and records.repo = comments.repo and records.pr_number = comments.pr_number
)

select
    judged.repo,
    judged.pr_number,
    judged.source,
    judged.comment_id,
    judged.kind,
    judged.review_id,
    judged.thread_id,
    judged.author_hash,
    judged.author_kind,
    judged.author_agent,
    judged.created_at,
    judged.path,
    judged.line,
    judged.commit_sha,
    judged.is_reply,
    judged.is_self,
    judged.is_after_end,
    coalesce(not judged.is_self and not judged.is_after_end, false) as is_counted,
    threads.is_resolved,
    threads.is_outdated,
    judged.has_suggestion,
    judged.character_count,
    judged.finding_kinds
from judged
left join pr_review_threads as threads
    on threads.source = judged.source and threads.repo = judged.repo and threads.pr_number = judged.pr_number
    and threads.thread_id = judged.thread_id
