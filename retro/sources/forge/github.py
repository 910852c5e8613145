"""GitHub: records of REST, GraphQL, `gh` and webhooks, each told by its fields and given to the function that reads it.

A webhook carries REST objects and what happened to them:

    {"action": "ready_for_review", "number": 2, "pull_request": {...}, "repository": {"full_name": "Codertocat/Hello-World"}}
"""

from collections.abc import Callable
from dataclasses import replace

from retro.sources.forge import github_graph, github_rest
from retro.sources.forge.facts import Facts, Place
from retro.sources.forge.values import count, own_id, sha, table, text_of

Reader = Callable[[dict, Place, Facts], bool]
_ACTIONS = {
    "closed": "closed",
    "reopened": "reopened",
    "ready_for_review": "ready_for_review",
    "converted_to_draft": "drafted",
    "review_requested": "review_requested",
    "review_request_removed": "review_request_removed",
    "synchronize": "pushed",
}


def _webhook(record: dict, place: Place, facts: Facts) -> bool:
    """What a webhook carries; a comment that was deleted is not there any more."""
    pull, repository = table(record["pull_request"]), text_of(table(record.get("repository")).get("full_name"))
    slug = repository.lower() if repository else place.slug
    place = replace(place, slug=slug, number=count(pull.get("number")))
    if not github_rest.pull(pull, place, facts):
        return False
    key = (place.slug, pull["number"])
    if "review" in record:
        github_rest.review(table(record["review"]), place, facts)
    elif "comment" in record and record.get("action") != "deleted":
        github_rest.inline_comment(table(record["comment"]), place, facts)
    elif "thread" in record:
        _thread(key, record, place, facts)
    elif record.get("action") in _ACTIONS:
        fields = {
            "occurred_at": facts.time(pull.get("updated_at"), place),
            "actor": facts.people.see(record.get("sender")),
            "subject": facts.people.see(record.get("requested_reviewer")),
            "commit_sha": sha(record.get("after")),
        }
        github_rest.put_event(key, _ACTIONS[record["action"]], fields, facts)
    return True


def _thread(key: tuple, record: dict, place: Place, facts: Facts) -> None:
    comments = [one for one in table(record["thread"]).get("comments") or () if isinstance(one, dict)]
    for one in comments:
        github_rest.inline_comment(one, place, facts)
    if comments and (thread_id := own_id(comments[0])):
        seen_at = facts.time(record.get("updated_at"), place)
        is_resolved = record.get("action") == "resolved"
        facts.put("pr_review_threads", (*key, thread_id), {"is_resolved": is_resolved}, seen_at)


# A record is of the first shape all of whose fields it has.
SHAPES: tuple[tuple[frozenset[str], Reader], ...] = (
    (frozenset({"action", "pull_request"}), _webhook),
    (frozenset({"data"}), github_graph.page),
    (frozenset({"errors"}), github_graph.page),
    (frozenset({"event"}), github_rest.event),
    (frozenset({"pull_request_url", "diff_hunk"}), github_rest.inline_comment),
    (frozenset({"pull_request_review_id"}), github_rest.inline_comment),
    (frozenset({"state", "submitted_at"}), github_rest.review),
    (frozenset({"pull_request_url", "state"}), github_rest.review),
    (frozenset({"number", "head", "base"}), github_rest.pull),
    (frozenset({"issue_url", "body"}), github_rest.conversation_comment),
    (frozenset({"tag_name"}), github_rest.release),
    (frozenset({"filename", "status"}), github_rest.file),
    (frozenset({"sha", "commit"}), github_rest.commit),
    (frozenset({"tagName"}), github_graph.release),
    (frozenset({"number", "html_url"}), github_rest.issue),
    (frozenset({"number"}), github_graph.node),
)


def read(record: dict, place: Place, facts: Facts) -> bool:
    """Reads one record; False when it is of no known shape, or names no pull request where it must."""
    fields = record.keys()
    for wanted, reader in SHAPES:
        if wanted <= fields:
            return reader(record, place, facts)
    return False
