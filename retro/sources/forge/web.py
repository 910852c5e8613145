"""Questions to a forge over HTTP: waits where it asks to, tries again where that helps, and says what went wrong.

Tried again, with growing pauses: a cut connection, an answer of the 500s, a body that is no JSON. Waited for: Retry-After
and rate limits (X-RateLimit-Reset, RateLimit-Reset), up to a quarter of an hour in a run; beyond that the run ends, and
the next one goes on where it stopped. Not tried again: a refusal.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType

import httpx

from retro.errors import ForgeError
from retro.masking import clean_url, mask

_ATTEMPTS, _FIRST_PAUSE_SECONDS = 5, 1.0
_LONGEST_WAIT_SECONDS = 900.0
_TIMEOUT_SECONDS = 60.0
_LARGEST_BYTES = 64 << 20
_REFUSED = {
    401: "the token is not valid, or has expired",
    403: "the token may not read this; give it read access to code, pull requests and issues",
    404: "there is no such repository, or the token may not see it",
}
GONE = (404, 410)  # a part that the repository has switched off, such as its issues


@dataclass(frozen=True)
class Answer:
    """What came back: the page as JSON, its headers, and the address of the page after it."""

    body: object
    headers: httpx.Headers
    next_url: str | None


class Web:
    """One forge's HTTP interface; use it in a `with` block. `sleep` and `clock` (seconds since 1970) can be given by tests."""

    def __init__(
        self,
        token: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._sleep, self._clock, self._waited = sleep, clock, 0.0
        headers = {"Authorization": f"Bearer {token}", "User-Agent": "retro", "Accept": "application/json"}
        # Across hosts httpx leaves the token out of a redirect.
        self._client = httpx.Client(headers=headers, timeout=_TIMEOUT_SECONDS, follow_redirects=True)

    def __enter__(self) -> "Web":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def get(self, url: str, etag: str | None = None) -> Answer | None:
        """The page at `url`; None when it is still the one that `etag` stands for. Raises ForgeError."""
        headers = {"If-None-Match": etag} if etag else {}
        return self._ask(url, lambda: self._client.build_request("GET", url, headers=headers))

    def post(self, url: str, question: dict) -> Answer:
        """The answer to a question sent as JSON. Raises ForgeError."""
        answer = self._ask(url, lambda: self._client.build_request("POST", url, json=question))
        if answer is None:
            raise ForgeError(f"{clean_url(url)}: answered a question by `not modified`")
        return answer

    def _ask(self, url: str, build: Callable[[], httpx.Request]) -> Answer | None:
        trouble = "no answer"
        for attempt in range(_ATTEMPTS):
            if attempt:
                self._sleep(_FIRST_PAUSE_SECONDS * 2 ** (attempt - 1))
            try:
                response = self._within_limits(url, build)
                if response.status_code == 304:
                    return None
                if response.status_code < 400:
                    return _answer(response)
                trouble = f"HTTP {response.status_code}"
            except httpx.RequestError as error:
                trouble = type(error).__name__
            except ValueError:
                trouble = "an answer that is not JSON"
            else:
                if response.status_code < 500:
                    raise _refusal(url, response)
        raise ForgeError(f"{clean_url(url)}: {trouble}, {_ATTEMPTS} times; run it again later, what was read is kept")

    def _within_limits(self, url: str, build: Callable[[], httpx.Request]) -> httpx.Response:
        """The first response that does not ask to wait."""
        while True:
            response = self._send(build())
            seconds = self._asked_to_wait(response)
            if seconds is None:
                return response
            if self._waited + seconds > _LONGEST_WAIT_SECONDS:
                until = datetime.fromtimestamp(self._clock() + seconds, UTC)
                raise ForgeError(
                    f"{clean_url(url)}: its rate limit is used up until {until:%Y-%m-%d %H:%M} UTC; "
                    "run it again then, what was read is kept"
                )
            self._waited += seconds
            self._sleep(seconds)

    def _send(self, request: httpx.Request) -> httpx.Response:
        response = self._client.send(request, stream=True)
        try:
            if int(response.headers.get("content-length") or 0) > _LARGEST_BYTES:
                raise ForgeError(f"{clean_url(str(request.url))}: an answer of more than {_LARGEST_BYTES >> 20} MB")
            response.read()
        finally:
            response.close()
        return response

    def _asked_to_wait(self, response: httpx.Response) -> float | None:
        headers = response.headers
        is_used_up = "0" in (headers.get("x-ratelimit-remaining"), headers.get("ratelimit-remaining"))
        is_limited = response.status_code == 429 or (
            response.status_code == 403 and (is_used_up or "retry-after" in headers)
        )
        if not is_limited and not (is_used_up and b"RATE_LIMITED" in response.content[:10_000]):
            return None
        return max(1.0, self._seconds(headers))

    def _seconds(self, headers: httpx.Headers) -> float:
        """How long to wait; a minute where the forge does not say."""
        after, reset = headers.get("retry-after"), headers.get("x-ratelimit-reset") or headers.get("ratelimit-reset")
        try:
            if after:
                return float(after) if after.isdecimal() else parsedate_to_datetime(after).timestamp() - self._clock()
            return float(reset) - self._clock() + 1 if reset else 60.0
        except ValueError:
            return 60.0


def _answer(response: httpx.Response) -> Answer:
    following = response.links.get("next", {}).get("url")
    return Answer(response.json(), response.headers, str(response.url.join(following)) if following else None)


class Refusal(ForgeError):
    """The forge refused with an HTTP status that asking again does not change."""

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.status = status


def _refusal(url: str, response: httpx.Response) -> Refusal:
    status = response.status_code
    why = _REFUSED.get(status, mask(response.text[:200])[0].strip() or "no reason given")
    return Refusal(f"{clean_url(url)}: HTTP {status}: {why}", status)
