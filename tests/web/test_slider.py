"""What a slider answers is what the command line answers; processes are shared fairly."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from dataclasses import replace

import pytest

from backhaul.outcome.books import books_of
from backhaul.outcome.figures import make_figures
from backhaul.outcome.tables import make_tables
from backhaul.study.run import run, solve_question
from backhaul.web.answer import outcome_answer, plain
from backhaul.web.engine import Engine
from backhaul.web.failure import BusyError, StoppingError
from backhaul.web.folders import read_tables, rebuilt_outcome, write_folder
from backhaul.web.guard import local_hosts
from backhaul.web.limits import Limits
from backhaul.web.orders import Order, Reply
from backhaul.web.pool import Pool
from backhaul.web.process import Process
from backhaul.web.questions import Asked
from worlds import shipped_world


@pytest.fixture(scope="module")
def engine():
    world = shipped_world()
    return Engine(world.evidence, world)


def levels(figures) -> dict[str, tuple[float | None, float]]:
    return {f.name: (f.baseline, f.scenario) for f in figures}


def test_a_slider_gives_the_figures_of_the_command_line_to_the_last_digit(engine, library):
    """Certified or not, the prices are the same: so is every figure of `backhaul run`."""
    changes = {"duty.USA.JPN.passenger_car": 0.2, "exchange_rate": 140}
    asked = library.asked(scenario="us-tariff-15", toml=None, changes=changes, baseline=None)
    found = engine.slider(asked)
    assert levels(found.figures) == levels(run(shipped_world(), asked.scenario).figures)
    assert not found.certified


def test_what_was_asked_before_does_not_matter(engine, library):
    """From a kept baseline, after other questions: the numbers of a solve that begins with it."""
    changes = {"commitment": 12_000, "exchange_rate": 140}
    asked = library.asked(scenario="reverse-imports", toml=None, changes=changes, baseline=None)
    for before in (asked.scenario.model_copy(update={"exchange_rate": None}), asked.scenario):
        found = engine.slider(Asked(before), ("products", "flows"))
    before, after, free = books_of(solve_question(shipped_world(), asked.scenario, level="slider"))
    assert levels(found.figures) == levels(make_figures(before, after, free))
    whole = make_tables(before, after)
    assert {name: plain(table) for name, table in found.tables.items()} == {
        name: plain(whole[name]) for name in ("products", "flows")
    }


def test_a_stored_outcome_comes_back_whole(engine, library, tmp_path):
    """Result and tables of a folder give the outcome that they were written from."""
    asked = library.asked(scenario="us-tariff-2.5", toml=None, changes={}, baseline=None)
    outcome = engine.slider(asked, ("products", "flows", "accounts", "sources"))
    answer = outcome_answer(outcome)
    write_folder(tmp_path, answer)
    again = rebuilt_outcome(plain(answer.result), read_tables(tmp_path))
    assert plain(again.as_dict()) == plain(outcome.as_dict())
    assert again.scenario == replace(outcome.scenario)
    for name, table in outcome.tables.items():
        assert plain(again.tables[name]) == plain(table)


class Slow(Process):
    """A process that answers when it is let, and remembers in which order it was asked."""

    is_running = True

    def __init__(self):
        super().__init__(nice=0)
        self.order: list[str] = []
        self.go = threading.Event()

    def wait_ready(self) -> bool:
        return True

    def ask(self, order: Order, seconds: float, progress=None) -> Reply:
        self.go.wait(10)
        self.order.append(order.text)
        return Reply("done")

    def start(self) -> None:
        """There is nothing to start."""


@pytest.fixture
def pool(monkeypatch):
    slow = Slow()
    monkeypatch.setattr("backhaul.web.pool.Process", lambda **_: slow)
    found = Pool(1, replace(Limits(), waiting_per_client=3, waiting=7))
    found.start()
    yield found, slow
    slow.go.set()
    found.stop()


def ask(pool: Pool, client: str, text: str) -> Future[Reply]:
    return pool.ask(client, Order("check", text=text))


def test_clients_take_turns(pool):
    """One who asks once does not wait for all questions of one who asks much."""
    found, slow = pool
    futures = [ask(found, "ann", f"a{number}") for number in range(3)]
    futures += [ask(found, "ben", f"b{number}") for number in range(2)]
    slow.go.set()
    assert all(future.result(10).word == "done" for future in futures)
    assert slow.order.index("b0") < slow.order.index("a2")
    assert [name for name in slow.order if name[0] == "a"] == ["a0", "a1", "a2"]


def test_a_client_and_all_clients_have_their_limits(pool):
    """Too many questions of one, or of all, are refused; the server's own are not."""
    found, _ = pool
    for number in range(3):
        ask(found, "ann", f"a{number}")
    with pytest.raises(BusyError, match="3 are allowed"):
        ask(found, "ann", "a3")
    for number in range(3):
        ask(found, "ben", f"b{number}")
    ask(found, "cat", "c0")
    if found.waiting < found.limits.waiting:  # the first one may be under way
        ask(found, "dan", "d0")
    with pytest.raises(BusyError, match="all clients"):
        ask(found, "eve", "e0")
    found.ask("server", Order("check"), bounded=False)


def test_an_address_has_its_limit_whatever_its_clients_are_called(pool):
    """Many names from one address are no way around the bound; other addresses are let in."""
    found, _ = pool
    found.limits = replace(found.limits, waiting_per_address=2)
    found.ask("first", Order("check"), address="192.0.2.1")
    while found.waiting:  # it is under way
        time.sleep(0.01)
    for number in range(2):
        found.ask(f"name {number}", Order("check"), address="192.0.2.1")
    with pytest.raises(BusyError, match="your address"):
        found.ask("another name", Order("check"), address="192.0.2.1")
    found.ask("neighbour", Order("check"), address="192.0.2.2")


def test_a_pool_that_stops_lets_nobody_wait(pool):
    """Whoever waits hears that the server stops, and so does whoever comes later."""
    found, slow = pool
    futures = [ask(found, "ann", f"a{number}") for number in range(3)]
    threading.Timer(0.05, slow.go.set).start()
    found.stop()
    words = [future.result(10) for future in futures]
    assert {reply.word for reply in words} <= {"done", "failed"}
    assert words[-1].status == 503
    with pytest.raises(StoppingError):
        ask(found, "ben", "b0")


def test_a_process_that_takes_too_long_is_replaced():
    """After its time a process is ended, and who asked hears that it took too long."""
    child = Process(nice=0)
    child.start()  # it is still getting ready, which takes longer than this
    reply = child.ask(Order("check", text="x"), seconds=0.05)
    assert (reply.word, reply.status) == ("failed", 422)
    assert reply.failure["error"]["code"] == "time_limit"
    assert not child.is_running


def test_a_process_that_died_is_no_answer():
    """Who asked a process that ends hears so, and may ask again."""
    child = Process(nice=0)
    child.start()
    child.kill()
    reply = child.ask(Order("check", text="x"), seconds=30)
    assert (reply.word, reply.status) == ("failed", 503)
    child.stop()


def test_a_server_on_loopback_knows_its_own_names_only():
    """Names made elsewhere to point here are refused, unless a proxy is named."""
    assert local_hosts("127.0.0.1") == {"127.0.0.1", "localhost", "::1"}
    assert "cars.example.org" in local_hosts("127.0.0.1", ["Cars.example.org"])
    assert local_hosts("0.0.0.0") is None
