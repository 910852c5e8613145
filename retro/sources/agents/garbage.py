"""Python's own search for garbage, put off while much is read."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Leaves out the search for objects that only hold each other: there are none among what is read, and much to search.

    With tens of thousands of rows at hand it takes half of the time in which they are made, sent and put into frames. What
    was made meanwhile counts as old afterwards: as new, all of it would be searched at once.
    """
    is_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if is_on:
            gc.freeze()
            gc.unfreeze()
            gc.enable()
