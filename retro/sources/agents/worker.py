"""The second process of `reading`: files on its input, what they tell on its output, both as this package's own objects."""

import pickle
import sys

from retro.sources.agents.garbage import uncollected
from retro.sources.agents.reading import read_in_order


@uncollected()
def main() -> None:
    """Reads the files that it is given and answers."""
    collected, files = pickle.load(sys.stdin.buffer)
    tallies = read_in_order(collected, files)
    pickle.dump((collected, tallies), sys.stdout.buffer, protocol=pickle.HIGHEST_PROTOCOL)


if __name__ == "__main__":
    main()
