"""Running notebooks: each in a kernel of this very interpreter, a few at a time."""

from __future__ import annotations

import asyncio
import atexit
import os
import re
import sys
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode

from brandkit.core import errors
from brandkit.core.errors import BrandkitError, InputError, ReportError
from brandkit.page.blocks import LeftOut
from brandkit.page.notebooks import own_cells

AT_ONCE = max(2, min(4, os.cpu_count() or 2))

#: One thread a process: two pools of spinning threads slow each other down by hundreds of times.
_ONE_THREAD = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
_PATH = re.compile(r"(?:[A-Za-z]:)?(?:[\\/][^\s\\/:'\"<>|]+){2,}[\\/]?")
_LONGEST = 200


class _ThisInterpreter(KernelSpecManager):
    """Know one kernel: the Python that runs now, whatever is installed elsewhere."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(
            argv=[
                sys.executable,
                "-m",
                "ipykernel_launcher",
                "-f",
                "{connection_file}",
                "--HistoryManager.enabled=False",
            ],
            name=kernel_name,
            display_name="Python 3",
            language="python",
            metadata={"supported_encryption": ["curve"]},
        )


def run_notebooks(
    notebooks: Sequence[tuple[str, NotebookNode]],
    *,
    folder: Path,
    done: Callable[[str], None] = lambda _: None,
) -> list[NotebookNode]:
    """Run notebooks from their first cell to their last.

    Parameters
    ----------
    notebooks : sequence of pairs
        Name for errors, notebook.
    folder : Path
        Where they run.
    done : callable
        Told the name of each that is through.

    Returns
    -------
    list of NotebookNode
        With their outputs, in the order given.

    Raises
    ------
    InputError
        A cell refused its input: the text is the cell's own.
    ReportError
        A cell failed for any other reason.
    """

    async def all_of_them() -> list[NotebookNode]:
        turn = asyncio.Semaphore(AT_ONCE)

        async def one(name: str, notebook: NotebookNode) -> NotebookNode:
            async with turn:
                run = await _run(name, notebook, folder)
                done(name)
                return run

        running = [asyncio.ensure_future(one(*pair)) for pair in notebooks]
        try:
            return list(await asyncio.gather(*running))
        finally:  # one failed or we were interrupted: the others' kernels stop too
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    return _in_own_loop(all_of_them)


def _in_own_loop(work: Callable[[], Coroutine[Any, Any, list[NotebookNode]]]) -> list[NotebookNode]:
    """Run in a thread with a loop of its own, so that it can be interrupted and nested."""
    outcome: Future[list[NotebookNode]] = Future()
    loop = asyncio.SelectorEventLoop() if sys.platform == "win32" else asyncio.new_event_loop()
    task: list[asyncio.Task[list[NotebookNode]]] = []

    def body() -> None:
        asyncio.set_event_loop(loop)
        task.append(loop.create_task(work()))
        try:
            outcome.set_result(loop.run_until_complete(task[0]))
        except BaseException as error:
            outcome.set_exception(error)
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()

    thread = threading.Thread(target=body, name="brandkit notebooks")
    thread.start()
    try:
        return outcome.result()
    except KeyboardInterrupt:
        if task:
            loop.call_soon_threadsafe(task[0].cancel)
        raise
    finally:
        thread.join()


async def _run(name: str, notebook: NotebookNode, folder: Path) -> NotebookNode:
    with TemporaryDirectory(prefix="brandkit-", ignore_cleanup_errors=True) as own:
        options: dict[str, Any] = {"connection_file": str(Path(own, "kernel.json"))}
        if "transport_encryption" in AsyncKernelManager.class_trait_names():
            options["transport_encryption"] = "auto"
        manager = AsyncKernelManager(kernel_spec_manager=_ThisInterpreter(), **options)
        client = NotebookClient(
            notebook,
            km=manager,
            timeout=None,
            resources={"metadata": {"path": str(folder)}},
            store_widget_state=False,
            record_timing=False,
        )
        try:
            await client.async_execute(env=_environment(own), cleanup_kc=True)
        except CellExecutionError as error:
            if error.ename != LeftOut.__name__:
                raise _told(name, notebook, error) from None
            _end_early(notebook)
        except DeadKernelError:
            raise ReportError(
                f"{name}: its Python stopped in the middle of a cell, perhaps for want of memory. "
                "Run it in JupyterLab to see in which cell."
            ) from None
        finally:
            # After a failed cell the client would still clean up when Python ends, and cannot.
            atexit.unregister(client._cleanup_kernel)
            if manager.has_kernel:
                await manager.shutdown_kernel(now=True)
    return notebook


def _environment(own: str) -> dict[str, str]:
    """Give the kernel this environment, repeatable and untouched by the user's own start files."""
    return {
        **os.environ,
        **dict.fromkeys(_ONE_THREAD, "1"),
        "IPYTHONDIR": own,
        "MPLBACKEND": "agg",
        "PYTHONHASHSEED": "0",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "BRANDKIT_QUIET": "1",
    }


def _told(name: str, notebook: NotebookNode, error: CellExecutionError) -> BrandkitError:
    """Tell a failed cell's error as the cell itself would, without traceback or places."""
    number = next((at for at, cell in own_cells(notebook) if _failed(cell)), 0)
    own = getattr(errors, error.ename, None)
    if isinstance(own, type) and issubclass(own, BrandkitError):
        if issubclass(own, (InputError, errors.SchemaError)):
            return InputError(error.evalue)
        return ReportError(f"{name}: {error.evalue}")
    first = _PATH.sub("…", error.evalue.strip().partition("\n")[0])[:_LONGEST]
    said = f"{error.ename}: {first}" if first else error.ename
    return ReportError(
        f"{name}: cell {number} failed ({said}). Nothing was written. "
        "Run the notebook in JupyterLab to see where."
    )


def _end_early(notebook: NotebookNode) -> None:
    """Take a notebook's own early end for its end: what follows was never run."""
    last = next(at for at, cell in enumerate(notebook.cells) if _failed(cell))
    del notebook.cells[last + 1 :]
    outputs = notebook.cells[last].outputs
    notebook.cells[last].outputs = [one for one in outputs if one.output_type != "error"]


def _failed(cell: NotebookNode) -> bool:
    outputs = cell.get("outputs", []) if cell.cell_type == "code" else []
    return any(output.output_type == "error" for output in outputs)
