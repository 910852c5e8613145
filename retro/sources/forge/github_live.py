"""GitHub asked for what changed: pull requests and issues by GraphQL, releases and "is there anything new" by REST.

GraphQL alone tells threads, states before dismissal and force pushes; REST alone answers 304 to an ETag, which costs
nothing. Pull requests come newest change first, until one that the last whole run has seen. A run that stops half-way
leaves the place in `state`; the next one goes on there, then looks for what changed meanwhile. A list that does not fit
into its page is fetched to its end by further questions.
"""

from collections.abc import Callable, Iterator

from retro.errors import ForgeError
from retro.sources.forge.pages import Pages
from retro.sources.forge.values import nodes, table
from retro.sources.forge.web import GONE, Refusal, Web

_PULLS_AT_ONCE = 20
# `id` holds the number (values.number_inside); `databaseId` is NULL where a number needs more than 32 bits.
_WHO = "{__typename login}"
_COMMENT = f"id createdAt url body authorAssociation author{_WHO}"
_LISTS = {
    "files": "files(first:100,after:$a){pageInfo{hasNextPage endCursor} totalCount nodes{path additions deletions changeType}}",
    "commits": "commits(first:100,after:$a){pageInfo{hasNextPage endCursor} totalCount nodes{commit{oid}}}",
    "reviews": "reviews(first:100,after:$a){pageInfo{hasNextPage endCursor} totalCount nodes{id state submittedAt body "
    f"authorAssociation author{_WHO} commit{{oid}}}}}}",
    "comments": f"comments(first:100,after:$a){{pageInfo{{hasNextPage endCursor}} totalCount nodes{{{_COMMENT}}}}}",
    "reviewThreads": "reviewThreads(first:50,after:$a){pageInfo{hasNextPage endCursor} totalCount nodes{isResolved isOutdated "
    f"path line originalLine resolvedBy{_WHO} comments(first:50){{totalCount nodes{{{_COMMENT} path "
    "originalCommit{oid} pullRequestReview{id} replyTo{id}}}}}",
    "timelineItems": "timelineItems(first:100,after:$a,itemTypes:[READY_FOR_REVIEW_EVENT,CONVERT_TO_DRAFT_EVENT,"
    "REVIEW_REQUESTED_EVENT,REVIEW_REQUEST_REMOVED_EVENT,REVIEW_DISMISSED_EVENT,HEAD_REF_FORCE_PUSHED_EVENT,CLOSED_EVENT,"
    "REOPENED_EVENT,MERGED_EVENT]){pageInfo{hasNextPage endCursor} nodes{__typename "
    + " ".join(
        f"...on {event}{{createdAt actor{_WHO} {more}}}"
        for event, more in {
            "ReadyForReviewEvent": "",
            "ConvertToDraftEvent": "",
            "ReviewRequestedEvent": "requestedReviewer{__typename ...on Actor{login}}",
            "ReviewRequestRemovedEvent": "requestedReviewer{__typename ...on Actor{login}}",
            "ReviewDismissedEvent": "previousReviewState review{id}",
            "HeadRefForcePushedEvent": "afterCommit{oid}",
            "ClosedEvent": "",
            "ReopenedEvent": "",
            "MergedEvent": "",
        }.items()
    )
    + "}}",
}
_PULL = (
    "__typename number url title body state isDraft isCrossRepository createdAt updatedAt closedAt mergedAt baseRefName "
    f"headRefName headRefOid additions deletions changedFiles authorAssociation author{_WHO} mergedBy{_WHO} "
    "mergeCommit{oid parents(first:2){totalCount}} labels(first:50){nodes{name}} "
    "closingIssuesReferences(first:20){nodes{number url}} "
)
_ISSUE = (
    f"__typename number url title state stateReason createdAt updatedAt closedAt authorAssociation author{_WHO} "
    "labels(first:50){nodes{name}}"
)
_HEAD = "query($owner:String!,$name:String!,$a:String"
_REPOSITORY = "repository(owner:$owner,name:$name){nameWithOwner "
_PULLS = (
    _HEAD
    + ",$page:String,$n:Int!){"
    + _REPOSITORY
    + "pullRequests(first:$n,after:$page,orderBy:{field:UPDATED_AT,direction:DESC}){pageInfo{hasNextPage endCursor} nodes{"
    + _PULL
    + " ".join(_LISTS.values())
    + "}}}}"
)
_ISSUES = (
    _HEAD
    + ",$since:DateTime){"
    + _REPOSITORY
    + "issues(first:100,after:$a,filterBy:{since:$since},orderBy:{field:UPDATED_AT,direction:ASC})"
    + "{pageInfo{hasNextPage endCursor} nodes{"
    + _ISSUE
    + "}}}}"
)


class GitHub:
    """One repository on a GitHub server; `base_url` is that of its REST interface."""

    def __init__(self, web: Web, pages: Pages, repo: str, base_url: str) -> None:
        self.web, self.pages = web, pages
        self.owner, _, self.name = repo.partition("/")
        self.rest = f"{base_url}/repos/{repo}"
        # api.github.com/graphql, but HOST/api/graphql beside HOST/api/v3
        self.graphql = f"{base_url.removesuffix('/v3')}/graphql"
        self._tag: str | None = None

    def fetch(self, on_page: Callable[[], None]) -> None:
        """Saves what is new as pages. Raises ForgeError; what came before is kept."""
        if self._is_something_new("pulls") or "after" in self._state:
            self._pulls(on_page)
            self._keep_tag("pulls")
        self._issues(on_page)
        self._releases(on_page)

    @property
    def _state(self) -> dict:
        return self.pages.state.setdefault("pull_requests", {})

    def _probe(self, part: str) -> str:
        return f"{self.rest}/{part}?state=all&sort=updated&direction=desc&per_page=1"

    def _is_something_new(self, part: str) -> bool:
        url = self._probe(part)
        answer = self.web.get(url, self.pages.etags.get(url))
        self._tag = answer.headers.get("etag") if answer else None
        return answer is not None

    def _keep_tag(self, part: str) -> None:
        """Only now: a run that stops half-way must find the same news again."""
        if self._tag:
            self.pages.etags[self._probe(part)] = self._tag
        self.pages.keep_state()

    def _pulls(self, on_page: Callable[[], None]) -> None:
        """From the newest change back to those of the last whole run; after a break once more, for what came meanwhile."""
        is_resumed = "after" in self._state
        self._walk(on_page)
        if is_resumed:
            self._walk(on_page)

    def _walk(self, on_page: Callable[[], None]) -> None:
        state, seen = self._state, set()
        while True:
            cursor = state.get("after")
            body = self._ask_pulls(cursor)
            found = table(table(table(body.get("data")).get("repository")).get("pullRequests"))
            pulls, info = [*nodes(found)], table(found.get("pageInfo"))
            self._save(body, on_page)
            for pull in pulls:
                self._rest_of_lists(pull, on_page)
            changed = [pull["updatedAt"] for pull in pulls if isinstance(pull.get("updatedAt"), str)]
            state.setdefault("top", max(changed, default=state.get("since")))
            is_known = bool(state.get("since") and changed and min(changed) < state["since"])
            if not info.get("hasNextPage") or is_known:
                state["since"] = state.pop("top")
                state.pop("after", None)
                self.pages.keep_state()
                return
            if info["endCursor"] in (*seen, cursor):
                raise ForgeError(f"{self.graphql}: sends the same page of pull requests again; run it again later")
            seen.add(cursor)
            state["after"] = info["endCursor"]
            self.pages.keep_state()

    def _ask_pulls(self, cursor: str | None) -> dict:
        """A page of pull requests; a smaller one where GitHub cannot make it in its time."""
        size = _PULLS_AT_ONCE
        while True:
            try:
                return self._ask(_PULLS, {"page": cursor, "n": size})
            except Refusal:
                raise
            except ForgeError:
                if size == 1:
                    raise
                size = max(1, size // 4)

    def _rest_of_lists(self, pull: dict, on_page: Callable[[], None]) -> None:
        for name, wanted in _LISTS.items():
            info, seen = table(table(pull.get(name)).get("pageInfo")), set()
            while info.get("hasNextPage") and info.get("endCursor") not in seen:
                seen.add(info["endCursor"])
                query = f"{_HEAD},$number:Int!){{{_REPOSITORY}pullRequest(number:$number){{__typename number url {wanted}}}}}}}"
                body = self._ask(query, {"a": info["endCursor"], "number": pull["number"]})
                self._save(body, on_page)
                more = table(table(table(body.get("data")).get("repository")).get("pullRequest"))
                info = table(table(more.get(name)).get("pageInfo"))

    def _issues(self, on_page: Callable[[], None]) -> None:
        state, cursor, seen = self.pages.state.setdefault("issues", {}), None, set()
        since = state.get("since")
        while True:
            body = self._ask(_ISSUES, {"a": cursor, "since": since})
            found = table(table(table(body.get("data")).get("repository")).get("issues"))
            issues, info = [*nodes(found)], table(found.get("pageInfo"))
            if any(issue.get("updatedAt") != since for issue in issues):
                self._save(body, on_page)
            state["since"] = max([issue["updatedAt"] for issue in issues if issue.get("updatedAt")], default=since)
            self.pages.keep_state()
            cursor = info.get("endCursor")
            if not info.get("hasNextPage") or cursor in seen:
                return
            seen.add(cursor)

    def _releases(self, on_page: Callable[[], None]) -> None:
        for url, body in fetch_list(self.web, self.pages, f"{self.rest}/releases?per_page=100"):
            self.pages.save(url, body)
            on_page()

    def _ask(self, query: str, variables: dict) -> dict:
        question = {"query": query, "variables": {"owner": self.owner, "name": self.name, "a": None} | variables}
        body = table(self.web.post(self.graphql, question).body)
        data = table(body.get("data"))
        if table(data.get("repository")) or not body.get("errors"):
            return body
        errors = [error for error in body["errors"] if isinstance(error, dict)] or [{}]
        kinds = {str(error.get("type")) for error in errors}
        text = str(errors[0].get("message"))[:200]
        if kinds & {"NOT_FOUND", "FORBIDDEN", "INSUFFICIENT_SCOPES"}:
            raise Refusal(f"{self.graphql}: {text}; does the token see {self.owner}/{self.name}?", 404)
        raise ForgeError(f"{self.graphql}: {text}")

    def _save(self, body: dict, on_page: Callable[[], None]) -> None:
        self.pages.save(self.graphql, body)
        on_page()


def fetch_list(web: Web, pages: Pages, url: str) -> Iterator[tuple[str, object]]:
    """All pages of a list with their addresses; none when the first has not changed, or the list is switched off."""
    first, tag, seen = url, pages.etags.get(url), set()
    following: str | None = url
    while following and following not in seen:
        seen.add(following)
        try:
            answer = web.get(following, tag if following == first else None)
        except Refusal as refusal:
            if refusal.status in GONE:
                return
            raise
        if answer is None:
            return
        if following == first:
            new_tag = answer.headers.get("etag")
        yield following, answer.body
        following = answer.next_url
    if new_tag:
        pages.etags[first] = new_tag
    pages.keep_state()
