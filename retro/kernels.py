"""A Python of its own for a notebook: started, reachable only by this user, without secrets, ended with the run.

Importing this module imports nbclient; notebooks.py does so only when it runs one.
"""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode

from retro.errors import NotebookError

# A kernel runs a team's notebooks; what opens doors elsewhere is not theirs.
SECRET = re.compile(r"TOKEN|SECRET|PASSW|CREDENTIAL|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY", re.IGNORECASE)
# The kernel takes this very package, wherever it was imported from, and leaves the path as Python made it.
START = (
    "import sys; sys.path.insert(0, {place!r}); import retro; del sys.path[0]; "
    "from ipykernel import kernelapp; kernelapp.launch_new_instance()"
)
OPTIONS = (
    "--HistoryManager.enabled=False",
    "--InteractiveShellApp.exec_PYTHONSTARTUP=False",
    "--IPKernelApp.outstream_class=retro.kernel_streams.CutStream",
)
# Of one output: a larger one would make a page that no browser opens.
MOST_OUTPUT_LETTERS = 5_000_000
# A socket's path has at most 107 letters; ours adds about 40 to the temporary folder's.
LONGEST_FOLDER = 60


class ThisPython(KernelSpecManager):
    """Knows one kernel, the Python that runs Retro, so that none needs to be installed."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        start = START.format(place=str(Path(__file__).parent.parent))
        argv = [sys.executable, "-P", "-c", start, "-f", "{connection_file}", *OPTIONS]
        return KernelSpec(argv=argv, display_name="Python", language="python")


class BoundedClient(NotebookClient):
    """Keeps no output that is too large for a page: in its place stands what it was and how large."""

    def output(self, outs: list, msg: dict, display_id: str | None, cell_index: int) -> NotebookNode | None:
        """Handles one output message."""
        data = msg["content"].get("data", {})
        sizes = {kind: len(value) for kind, value in data.items() if isinstance(value, str)}
        large = {kind: size for kind, size in sizes.items() if size > MOST_OUTPUT_LETTERS}
        for kind, size in large.items():
            del data[kind]
            data.setdefault(
                "text/plain", f"[left out: {kind} of {size:,} letters; {MOST_OUTPUT_LETTERS:,} are shown at most]"
            )
        return super().output(outs, msg, display_id, cell_index)


_running: set[NotebookClient] = set()


def end_all() -> None:
    """Ends every kernel of this process at once; whoever waits for one sees that it died."""
    for client in tuple(_running):
        process = getattr(getattr(client.km, "provisioner", None), "process", None)
        if process is not None:
            process.kill()


@contextmanager
def kernel(notebook: NotebookNode, working_folder: Path, timeout_seconds: int) -> Iterator[NotebookClient]:
    """A client with a running kernel for the notebook's cells; it is ended with the block, however that ends.

    Raises NotebookError when the kernel does not start, with the last thing it said.
    """
    place = tempfile.gettempdir() if len(tempfile.gettempdir()) <= LONGEST_FOLDER else "/tmp"
    with tempfile.TemporaryDirectory(prefix="retro-", dir=place) as name, ExitStack() as stack:
        room = Path(name)
        stderr = stack.enter_context((room / "stderr").open("w+b"))
        client = _client(notebook, room, timeout_seconds)
        environment = kernel_environment(dict(os.environ), room)
        try:
            stack.enter_context(
                client.setup_kernel(cleanup_kc=True, cwd=str(working_folder), env=environment, stderr=stderr)
            )
        except RuntimeError as error:
            raise NotebookError(
                f"the Python for the notebook did not start: {_last_line(room / 'stderr') or error}"
            ) from error
        _running.add(client)
        try:
            yield client
        finally:
            _running.discard(client)


def kernel_environment(environment: dict[str, str], room: Path) -> dict[str, str]:
    """The variables that a kernel gets: no secrets, and IPython's settings from an empty folder, not the user's."""
    harmless = {name: value for name, value in environment.items() if not SECRET.search(name)}
    return {**harmless, "IPYTHONDIR": str(room / "ipython")}


def _client(notebook: NotebookNode, room: Path, timeout_seconds: int) -> NotebookClient:
    # Sockets in a folder of our own, because a port would be open to everyone on the machine.
    manager = AsyncKernelManager(
        transport="ipc", connection_file=str(room / "kernel.json"), kernel_spec_manager=ThisPython()
    )
    return BoundedClient(
        notebook, km=manager, timeout=timeout_seconds, record_timing=False, shutdown_kernel="immediate"
    )


def _last_line(path: Path) -> str:
    return next(reversed(path.read_text("utf-8", "replace").strip().splitlines()), "")
