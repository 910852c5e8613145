-- Hints of the sprint, each with what its change was and whether it was followed. Takes $repo, $sprint, $starts_at and $ends_at.
select
    $repo as repo,
    $sprint as sprint,
    followed.change_key,
    followed.path,
    candidates.because_path,
    candidates.shared_count,
    candidates.earlier_count,
    changes.commit_sha,
    changes.pr_number,
    followed.changed_at,
    followed.followed_sha,
    followed.followed_at
from co_followed as followed
inner join co_candidates as candidates
    on candidates.change_key = followed.change_key and candidates.path = followed.path
inner join co_changes as changes
    on changes.change_key = followed.change_key and changes.path = candidates.because_path
where followed.kind = 'hint' and followed.changed_at >= $starts_at and followed.changed_at < $ends_at
order by followed.changed_at, followed.change_key, followed.path
