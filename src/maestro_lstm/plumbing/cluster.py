"""Run jobs in parallel on this machine's cores, or on a Dask cluster where an address is given.

joblib here, Dask's own client there: joblib's Dask backend waits forever for a job that Dask has given up. Dask hands
a lost worker's jobs to another one. Everything a job needs travels with it: no folder is shared, and nothing is lost
with a worker.
"""

import os
import platform
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from joblib import Parallel, cpu_count, delayed
from joblib.externals.loky.process_executor import TerminatedWorkerError

from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.plumbing.sharing import fingerprint, sent_to
from maestro_lstm.plumbing.sources import library_digest
from maestro_lstm.plumbing.versions import arithmetic, libraries

T = TypeVar("T")
Job = tuple[Any, ...]  # the arguments of one call
ADDRESS = "DASK_SCHEDULER_ADDRESS"  # environment variable, Dask's own
PATIENCE = 20  # seconds to wait for the scheduler's answer
IN_FLIGHT = 4  # batches a core that are sent ahead


def on_cluster() -> bool:
    """Does the environment name a cluster?"""
    return bool(os.environ.get(ADDRESS))


def parallel_map(
    work: Callable[..., T],
    jobs: Iterable[Job],
    ordered: bool = False,
    n_jobs: int | None = None,
    batch: int = 1,
    stay_here: bool = False,
    threads: bool = False,
) -> Iterator[T]:
    """Yield work(*job) for every job: as each finishes or, if `ordered`, in the order given.

    Args:
        n_jobs: at most this many at a time on this machine; default: one per core.
        batch: jobs sent to a cluster worker at a time.
        threads: use threads on this machine, for work that waits for other processes.
        stay_here: run on this machine even if there is a cluster, for data that only this machine has.

    Raises: UserError where the Dask scheduler does not answer or has no worker, where a worker has other code or
        libraries, or where workers were killed again and again.
    """
    if on_cluster() and not stay_here:
        yield from _on_cluster(os.environ[ADDRESS], work, jobs, ordered, batch)
        return
    how = "generator" if ordered else "generator_unordered"
    try:
        pool = Parallel(n_jobs=n_jobs or cpu_count(), return_as=how, prefer="threads" if threads else None)
        yield from pool(delayed(work)(*job) for job in jobs)
    except TerminatedWorkerError:
        raise UserError("a worker process was killed, perhaps because memory ran out; finished work is kept") from None


@cache
def stamp() -> dict[str, str]:
    """What two machines must share for their results to be the same figures."""
    return {
        "code": library_digest(),
        "python": platform.python_version().rpartition(".")[0],
        **libraries(),
        "symusic": version("symusic"),  # reads the files
        **arithmetic(),
    }


def do_batch(work: Callable[..., T], jobs: list[Job], head: dict[str, str]) -> list[T]:
    """Run jobs on a worker, unless it differs from the head in anything that results depend on."""
    own = stamp()
    if own != head:
        names = ", ".join(
            f"{name} {own.get(name, '')[:12]} for {head.get(name, '')[:12]}"
            for name in sorted(own.keys() | head.keys())
            if own.get(name) != head.get(name)
        )
        raise UserError(f"worker {platform.node()} differs ({names}): install it from this commit and start it again")
    return [work(*job) for job in jobs]


def _on_cluster(address: str, work: Callable[..., T], jobs: Iterable[Job], ordered: bool, batch: int) -> Iterator[T]:
    waiting, head = iter(jobs), stamp()
    with _client(address) as client:
        from distributed import as_completed  # after _client, which reports a missing Dask

        room = IN_FLIGHT * sum(client.ncores().values())

        @cache
        def seen(path: Path) -> bool:
            return set(client.run(fingerprint, path).values()) == {fingerprint(path)}

        def send() -> Any:
            some = list(islice(waiting, batch))
            return client.submit(do_batch, work, some, head, pure=False) if some else None

        with sent_to(seen):
            # not all at once: a million jobs, or the data of a hundred, would not fit into the scheduler
            sent = [future for _ in range(room) if (future := send())]
            if ordered:
                queue = deque(sent)
                while queue:
                    yield from queue.popleft().result()
                    if future := send():
                        queue.append(future)
            else:
                done = as_completed(sent, loop=client.loop)
                for finished in done:
                    yield from finished.result()
                    if future := send():
                        done.add(future)


@contextmanager
def _client(address: str) -> Iterator[Any]:
    """A connection to a cluster that has workers. Its failures become UserErrors."""
    try:
        import dask
        from distributed import Client, KilledWorker
        from distributed.comm import CommClosedError
    except ImportError:
        raise UserError(f"{ADDRESS} is set, and Dask is not installed: pip install 'maestro-lstm[cluster]'") from None
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UserError(f"{ADDRESS}: no Dask scheduler answers at {address} ({error})") from None
    # a training's job holds the encoded split; that is meant
    with client, dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 GB"}):
        if not client.ncores():
            raise UserError(f"{ADDRESS}: the scheduler at {address} has no worker: dask worker {address}")
        try:
            yield client
        except KilledWorker as error:
            raise UserError(f"a job was given up: every worker that tried it was lost: {error}") from None
        except (CommClosedError, ModuleNotFoundError, RuntimeError) as error:
            raise UserError(f"the cluster at {address} failed: {error}; finished work is kept") from error
