"""Processes that answer while a slider moves: a fair queue before them, a time limit over each."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from backhaul.web.failure import BusyError, StoppingError
from backhaul.web.limits import Limits
from backhaul.web.orders import Order, Reply
from backhaul.web.process import Process, failed


@dataclass(frozen=True, eq=False)
class _Waiting:
    order: Order
    answer: Future[Reply]
    address: str


@dataclass(eq=False)
class Pool:
    """Processes with a warm world, and who waits for them."""

    size: int
    limits: Limits
    shelf: Path | None = None
    """Folder with the tables of clients."""

    ready: threading.Event = field(default_factory=threading.Event)
    """Set when one process can answer."""

    _queues: OrderedDict[str, deque[_Waiting]] = field(default_factory=OrderedDict)
    """By client; the first one is next, and then goes to the end."""

    _busy: dict[str, int] = field(default_factory=dict)
    """Questions of each client that wait or are being answered."""

    _woken: threading.Condition = field(default_factory=threading.Condition)
    _threads: list[threading.Thread] = field(default_factory=list)
    _children: list[Process] = field(default_factory=list)
    _stopping: bool = False

    def start(self) -> None:
        """Start the processes; they get ready by themselves."""
        self._children = [Process(nice=0, shelf=self.shelf) for _ in range(self.size)]
        for child in self._children:
            child.start()
        for number, child in enumerate(self._children):
            thread = threading.Thread(
                target=self._work, args=(child,), name=f"solver-{number}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    @property
    def waiting(self) -> int:
        """How many questions of all clients have not begun."""
        return sum(len(queue) for queue in self._queues.values())

    def ask(
        self, client: str, order: Order, *, bounded: bool = True, address: str = ""
    ) -> Future[Reply]:
        """Queue an order behind others of the same client, beside those of other clients.

        Args:
            client: Who asks.
            order: What to do.
            bounded: Whether the limits for clients hold; not for the server's own work.
            address: Where the client asks from.

        Raises:
            BusyError: the client or everybody has too much waiting.
            StoppingError: the server stops.
        """
        with self._woken:
            if self._stopping:
                raise StoppingError("server", "it is stopping.", "Try again in a moment.")
            if bounded:
                self._refuse_more(client, address)
            waiting = _Waiting(order, Future(), address)
            self._queues.setdefault(client, deque()).append(waiting)
            self._busy[client] = self._busy.get(client, 0) + 1
            self._woken.notify()
        return waiting.answer

    def stop(self) -> None:
        """End all processes; whoever waits hears that the server stops."""
        with self._woken:
            self._stopping = True
            left = [waiting for queue in self._queues.values() for waiting in queue]
            self._queues.clear()
            self._woken.notify_all()
        for waiting in left:
            waiting.answer.set_result(
                failed(StoppingError("server", "it is stopping.", "Try again in a moment."))
            )
        for child in self._children:
            child.kill()  # its thread hears it, and clears up
        for thread in self._threads:
            thread.join(timeout=10)

    def _refuse_more(self, client: str, address: str) -> None:
        of_address = sum(w.address == address for queue in self._queues.values() for w in queue)
        if address and of_address >= self.limits.waiting_per_address:
            raise BusyError(
                where="runs",
                what=f"{of_address} questions from your address wait; no more are taken.",
                fix="Try again in a moment.",
            )
        if self._busy.get(client, 0) >= self.limits.waiting_per_client:
            raise BusyError(
                where="runs",
                what=f"{self._busy[client]} of your questions wait for an answer; "
                f"{self.limits.waiting_per_client} are allowed.",
                fix="Wait for an answer before the next move.",
            )
        if self.waiting >= self.limits.waiting:
            raise BusyError(
                where="runs",
                what=f"{self.waiting} questions of all clients wait; no more are taken.",
                fix="Try again in a moment.",
            )

    def _work(self, child: Process) -> None:
        """Answer what waits, until the server stops. Runs in a thread of its own."""
        if child.wait_ready():
            self.ready.set()
        while (found := self._next()) is not None:
            client, waiting = found
            if waiting.answer.set_running_or_notify_cancel():
                waiting.answer.set_result(child.ask(waiting.order, self._seconds(waiting.order)))
            with self._woken:
                self._busy[client] -= 1
                if not self._busy[client]:
                    del self._busy[client]
                stopping = self._stopping
            if not stopping and not child.is_running:
                child.start()
                child.wait_ready()
        child.stop()

    def _seconds(self, order: Order) -> float:
        """Return how long an order may take."""
        limits = self.limits
        return limits.tables_seconds if order.verb == "tables" else limits.slider_seconds

    def _next(self) -> tuple[str, _Waiting] | None:
        """Return the next question, each client's turn by turn; None when the server stops."""
        with self._woken:
            while not self._stopping and not self._queues:
                self._woken.wait()
            if self._stopping:
                return None
            client, queue = self._queues.popitem(last=False)
            waiting = queue.popleft()
            if queue:
                self._queues[client] = queue
            return client, waiting
