-- What did the sprint's merges themselves change?
-- One row per outcome that occurs, in the order clean, resolved, edited, unjudged.
--
-- outcome: clean (as an automatic merge makes it), resolved (conflicts, solved by hand), edited (no conflict, yet changed by
--   hand), unjudged (more than two parents, or a history that is cut or damaged)
-- merge_count: merges of the sprint
-- conflict_file_count: files with a conflict
-- edited_file_count: files changed in a merge without a conflict in them, also beside conflicts
-- added_lines: lines that the merges themselves added, binary files left out
-- deleted_lines: lines that they themselves deleted, conflict markers included, binary files left out
--
-- Left out: attributes such as merge=union are not obeyed, so a file merged by union counts as a conflict.
-- Evidence: verified
with judged as (
    select
        sprint_commits.repo,
        sprint_commits.commit_sha,
        coalesce(merges.outcome, 'unjudged') as outcome,
        merges.conflict_file_count,
        merges.edited_file_count
    from sprint_commits
    left join merges on merges.repo = sprint_commits.repo and merges.commit_sha = sprint_commits.commit_sha
    where sprint_commits.sprint = $sprint and sprint_commits.is_merge
),

lines as (
    select
        repo,
        commit_sha,
        sum(added_lines) as added_lines,
        sum(deleted_lines) as deleted_lines
    from merge_files
    group by all
),

counted as (
    select
        judged.outcome,
        count(*) as merge_count,
        coalesce(sum(judged.conflict_file_count), 0)::bigint as conflict_file_count,
        coalesce(sum(judged.edited_file_count), 0)::bigint as edited_file_count,
        coalesce(sum(lines.added_lines), 0)::bigint as added_lines,
        coalesce(sum(lines.deleted_lines), 0)::bigint as deleted_lines
    from judged
    left join lines on lines.repo = judged.repo and lines.commit_sha = judged.commit_sha
    group by all
)

select
    outcome,
    merge_count,
    conflict_file_count,
    edited_file_count,
    added_lines,
    deleted_lines
from counted
order by case outcome when 'clean' then 1 when 'resolved' then 2 when 'edited' then 3 else 4 end
