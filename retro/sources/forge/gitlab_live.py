"""GitLab asked for what changed, by its REST API (v4).

Merge requests come in the order of their last change, from the last one that was read whole; each is then asked for with
its commits, diffs, discussions, approvals and the issues that it closes. A page is always the first one after a time,
never "page 2": what changes while a list is read moves in it, and by page numbers some would be passed over.
"""

from collections.abc import Callable
from urllib.parse import quote

from retro.errors import ForgeError
from retro.sources.forge.github_live import fetch_list
from retro.sources.forge.pages import Pages
from retro.sources.forge.web import GONE, Refusal, Web

_PARTS = ("commits", "diffs", "discussions", "closes_issues")
_AT_ONCE = 50


class GitLab:
    """One project on a GitLab server."""

    def __init__(self, web: Web, pages: Pages, repo: str, base_url: str) -> None:
        self.web, self.pages = web, pages
        self.project = f"{base_url}/projects/{quote(repo, safe='')}"

    def fetch(self, on_page: Callable[[], None]) -> None:
        """Saves what is new as pages. Raises ForgeError; what came before is kept."""
        self._changed("merge_requests", "scope=all&state=all", lambda one: self._merge_request(one, on_page), on_page)
        self._changed("issues", "scope=all", lambda one: None, on_page)
        for url, body in fetch_list(self.web, self.pages, f"{self.project}/releases?per_page=100"):
            self._save(url, body, on_page)

    def _changed(self, part: str, wanted: str, whole: Callable[[dict], None], on_page: Callable[[], None]) -> None:
        """Everything of a list that changed since the last time, oldest change first; `whole` asks for what belongs to one.

        `done` are those of the last time of change: others can have been changed in the same moment.
        """
        state, page, before = self.pages.state.setdefault(part, {}), 1, None
        while True:
            since, done = state.get("since"), state.get("done", [])
            after = f"&updated_after={quote(since)}" if since else ""
            url = f"{self.project}/{part}?{wanted}&order_by=updated_at&sort=asc&per_page={_AT_ONCE}&page={page}{after}"
            found = self._list(url, is_first=before is None)
            if not found:
                return
            if [one.get("iid") for one in found] == before and page > 1:
                raise ForgeError(f"{self.project}/{part}: sends the same page again; run it again later")
            before = [one.get("iid") for one in found]
            new = [one for one in found if one.get("updated_at") != since or one.get("iid") not in done]
            if new:
                self._save(url, new, on_page)
            for one in new:
                whole(one)
            last = found[-1].get("updated_at")
            if not isinstance(last, str) or (since and last < since):
                raise ForgeError(f"{self.project}/{part}: is not in the order that was asked for; run it again later")
            page = page + 1 if last == since else 1
            at_last = {one.get("iid") for one in found if one.get("updated_at") == last}
            state.update(since=last, done=sorted(at_last.union(done if last == since else ())))
            self.pages.keep_state()
            if len(found) < _AT_ONCE:
                return

    def _list(self, url: str, *, is_first: bool) -> list[dict]:
        """A page; an empty one when it has not changed since the last run, or the list is switched off."""
        try:
            answer = self.web.get(url, self.pages.etags.get(url) if is_first else None)
        except Refusal as refusal:
            if refusal.status in (403, *GONE) and "/issues?" in url:
                return []
            raise
        if answer is None:
            return []
        if is_first and answer.headers.get("etag"):
            self.pages.state["etags"] = {
                one: tag for one, tag in self.pages.etags.items() if one.partition("?")[0] != url.partition("?")[0]
            } | {url: answer.headers["etag"]}
        return [one for one in answer.body if isinstance(one, dict)] if isinstance(answer.body, list) else []

    def _merge_request(self, found: dict, on_page: Callable[[], None]) -> None:
        own = f"{self.project}/merge_requests/{found['iid']}"
        for url in (own, f"{own}/approvals"):
            try:
                answer = self.web.get(url)
            except Refusal as refusal:
                if refusal.status in (403, *GONE) and url != own:
                    continue  # approvals can be switched off
                raise
            if answer:
                self._save(url, answer.body, on_page)
        for part in _PARTS:
            self._all_pages(f"{own}/{part}?per_page=100", on_page)

    def _all_pages(self, url: str, on_page: Callable[[], None]) -> None:
        following, seen = url, set()
        while following and following not in seen:
            seen.add(following)
            try:
                answer = self.web.get(following)
            except Refusal as refusal:
                if refusal.status in GONE:
                    return  # `diffs` came with GitLab 15.7
                raise
            if answer is None:
                return
            self._save(following, answer.body, on_page)
            following = answer.next_url

    def _save(self, url: str, body: object, on_page: Callable[[], None]) -> None:
        self.pages.save(url, body)
        on_page()
