"""What a notebook prints, cut in its own Python: a cell that prints without end fills neither memory nor page.

The kernel takes this class for stdout and stderr. Nothing else imports it.
"""

from ipykernel.iostream import OutStream

MOST_LETTERS = 1_000_000
NOTE = f"\n[cut: the cell printed more than {MOST_LETTERS:,} letters]\n"


class CutStream(OutStream):
    """Passes the first million letters of each cell on, then says once that the rest is left out."""

    cell: object = None
    letter_count = 0

    def write(self, string: str) -> int | None:
        """Prints what is within the limit; the caller is told that all of it was."""
        cell = self.parent_header.get("msg_id")
        if cell != self.cell:
            self.cell, self.letter_count = cell, 0
        room = MOST_LETTERS - self.letter_count
        self.letter_count += len(string)
        if room >= len(string):
            return super().write(string)
        if room >= 0:
            super().write(string[:room] + NOTE)
            self.letter_count = MOST_LETTERS + 1
        return len(string)
