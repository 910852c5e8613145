"""Links between the pages of neighbouring sprints, added to a page that was written before its neighbour.

    <p class="links"><a href="index.html">All sprints</a> <a href="sprint-1.html" rel="prev">Sprint 1</a>
      </p>

The page then is byte for byte what building it again would give.
"""

import re

from markupsafe import escape

_LINKS = re.compile(r'<p class="links">.*?(?=\n  </p>)', re.DOTALL)
_NEXT = re.compile(r'<a href="[^"]*" rel="next">')


def with_link(html: str, address: str, sprint: str, *, is_next: bool) -> str:
    """The page with a link to that of the sprint after it (`is_next`) or before it; unchanged where one is there."""
    links = _LINKS.search(html)
    relation = "next" if is_next else "prev"
    if links is None or f' rel="{relation}">' in links[0]:
        return html
    link = f'<a href="{escape(address)}" rel="{relation}">Sprint {escape(sprint)}</a>{"" if is_next else " "}'
    later = _NEXT.search(html, links.start(), links.end())
    place = later.start() if later else links.end()
    return html[:place] + link + html[place:]
