"""The queue of jobs: fair, bounded, each client's own, whole after a restart."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from backhaul.errors import ReportError
from backhaul.web.failure import BusyError, NotFoundError
from backhaul.web.jobs import MOST_ATTEMPTS, SERVER, JobBook, Owner
from backhaul.web.limits import Limits
from backhaul.web.store import Store, Stored

ANN, BEN, CAT = (Owner(name, f"address of {name}") for name in ("ann", "ben", "cat"))
ROOMY = replace(Limits(), jobs_per_client=100, jobs_per_address=100)


@pytest.fixture
def book(store):
    return JobBook(store, ROOMY)


def add(book, owner, name):
    return book.add(owner, "run", name, {"asked": name})


def run_all(book) -> list[str]:
    """Begin and end all jobs one after the other; the order of their answers."""
    order = []
    while (job := book.begin()) is not None:
        order.append(job["run"])
        book.end(job["id"], "done")
    return order


def test_everybody_gets_a_turn(book):
    """Who comes late with one job does not wait for all of another's."""
    for number in range(4):
        add(book, ANN, f"a{number}")
    for number in range(2):
        add(book, BEN, f"b{number}")
    add(book, CAT, "c0")
    order = run_all(book)
    assert order.index("c0") < order.index("a2")
    assert [name for name in order if name[0] == "a"] == ["a0", "a1", "a2", "a3"]
    assert max(order.index(name) for name in ("b0", "b1")) < order.index("a3")


def test_the_place_in_the_queue_is_how_many_come_first(book):
    """Places count from what runs, and fall as jobs end."""
    first, second = add(book, ANN, "a0"), add(book, BEN, "b0")
    assert [book.get(ANN, first)["place"], book.get(BEN, second)["place"]] == [0, 1]
    running = book.begin()
    assert book.get(ANN, first)["state"] == "running"
    assert book.get(BEN, second)["place"] == 1
    book.end(running["id"], "done")
    assert book.get(BEN, second)["place"] == 0


def test_who_wants_seconds_does_not_wait_for_who_wants_minutes(store):
    """Each lane has its own turns and places; what is in no lane is worked on by all."""
    quick, slow = frozenset({"run", "ranges"}), frozenset({"ensemble"})
    book = JobBook(store, ROOMY, lanes=(quick, slow))
    long = [book.add(ANN, "ensemble", f"e{number}", {}) for number in range(3)]
    short = [book.add(BEN, "run", f"r{number}", {}) for number in range(2)]
    assert [book.get(ANN, id)["place"] for id in long] == [0, 1, 2]
    assert [book.get(BEN, id)["place"] for id in short] == [0, 1]
    assert book.begin(slow)["id"] == long[0]
    assert [book.get(ANN, id)["place"] for id in long[1:]] == [1, 2]
    assert [book.get(BEN, id)["place"] for id in short] == [0, 1]
    assert [book.begin(quick)["id"] for _ in short] == short
    assert book.begin(quick) is None
    assert book.begin()["id"] == long[1]


def test_a_client_sees_its_own_jobs_only(book):
    """To everybody else a job is not there: not to be read, listed or cancelled."""
    job = add(book, ANN, "a0")
    for act in (book.get, book.cancel):
        with pytest.raises(NotFoundError):
            act(BEN, job)
    assert book.of(BEN) == []
    assert [entry["id"] for entry in book.of(ANN)] == [job]
    assert book.get(ANN, job)["state"] == "queued"


def test_the_same_question_of_a_client_is_one_job(book):
    """Asking twice joins the job; another client has a job of its own."""
    assert add(book, ANN, "same") == add(book, ANN, "same")
    assert add(book, ANN, "same") != add(book, BEN, "same")


def test_limits_hold_for_client_address_and_all(store):
    """One job too many is refused with what is allowed; the server's own work is not counted."""
    tight = JobBook(store, replace(Limits(), jobs_per_client=2, jobs_per_address=3, jobs=4))
    add(tight, ANN, "a0")
    add(tight, ANN, "a1")
    with pytest.raises(BusyError, match="2 are allowed"):
        add(tight, ANN, "a2")
    renamed = Owner("ann again", ANN.address)
    add(tight, renamed, "a3")
    with pytest.raises(BusyError, match="3 are allowed"):
        add(tight, Owner("ann once more", ANN.address), "a4")
    add(tight, BEN, "b0")
    with pytest.raises(BusyError, match="4 are allowed"):
        add(tight, CAT, "c0")
    add(tight, SERVER, "own work")


def test_a_queued_job_is_cancelled_at_once_and_never_begun(book):
    """Cancelling what waits ends it; what ended stays as it is."""
    job = add(book, ANN, "a0")
    assert book.cancel(ANN, job)["state"] == "cancelled"
    assert book.begin() is None
    assert book.cancel(ANN, job)["state"] == "cancelled"


def test_a_running_job_is_told_to_stop(book):
    """Cancelling what runs is seen by who runs it."""
    job = add(book, ANN, "a0")
    book.begin()
    assert not book.is_cancelled(job)
    assert book.cancel(ANN, job)["state"] == "running"
    assert book.is_cancelled(job)
    assert book.is_cancelled("no such job")


def test_progress_is_told_without_inventing_time(book):
    """A rate needs two steps in time, and the time left needs a rate and a total."""
    job = add(book, ANN, "a0")
    book.begin()
    book.tell(job, 1, 10, "first")
    assert (book.get(ANN, job)["rate"], book.get(ANN, job)["left"]) == (None, None)
    time.sleep(0.02)
    book.tell(job, 3, 10, "second")
    seen = book.get(ANN, job)
    assert (seen["done"], seen["total"], seen["text"]) == (3, 10, "second")
    assert seen["left"] == pytest.approx(7 / seen["rate"], abs=0.06)  # one decimal is shown


def test_a_restart_sets_running_jobs_back(tmp_path):
    """What a server that has gone was doing is queued again; a cancelled one ends."""
    store = Store.open(tmp_path, ROOMY)
    book = JobBook(store, ROOMY)
    kept, dropped = add(book, ANN, "a0"), add(book, ANN, "a1")
    book.begin()
    book.begin()
    book.cancel(ANN, dropped)
    store.close()
    again = Store.open(tmp_path, ROOMY)
    book = JobBook(again, ROOMY)
    book.recover()
    assert book.get(ANN, kept)["state"] == "queued"
    assert book.get(ANN, dropped)["state"] == "cancelled"
    assert book.begin()["id"] == kept
    again.close()


def test_a_job_that_ends_its_process_is_not_begun_for_ever(book):
    """After so many attempts a job fails with a reason, in a restart too."""
    job = add(book, ANN, "a0")
    for _ in range(MOST_ATTEMPTS - 1):
        book.begin()
        assert book.set_back(job)
    book.begin()
    assert not book.set_back(job)
    book.recover()
    failed = book.get(ANN, job)
    assert failed["state"] == "failed"
    assert failed["error"]["fix"]


def test_answers_outlive_a_restart(tmp_path):
    """What was put into a store is there when it is opened again; half a folder is not."""
    store = Store.open(tmp_path, Limits())
    answer = Stored("0" * 32, "run", "slider", {"asked": []}, b'{"figures":[]}', folder=False)
    store.put(answer)
    with store.draft("1" * 32) as draft:
        (draft / "half").write_text("written")
    leftover = tmp_path / "runs" / ".draft-of-a-crash"
    leftover.mkdir()
    store.close()
    again = Store.open(tmp_path, Limits())
    assert again.get("0" * 32) == answer
    assert again.get("1" * 32) is None
    assert list((tmp_path / "runs").iterdir()) == []
    again.close()


def test_a_store_belongs_to_one_server(tmp_path):
    """A second server on the same folder is refused until the first has gone."""
    first = Store.open(tmp_path, Limits())
    with pytest.raises(ReportError, match="another server"):
        Store.open(tmp_path, Limits())
    first.close()
    Store.open(tmp_path, Limits()).close()


def test_the_store_forgets_the_oldest_first(tmp_path):
    """Beyond what is kept, the oldest answers go, and their folders."""
    store = Store.open(tmp_path, replace(Limits(), kept_answers=2, kept_folders=1))
    for number in range(4):
        id = f"{number:032d}"
        store.folder(id).mkdir()
        store.put(Stored(id, "run", "slider", {}, b"{}", folder=number < 2))
        time.sleep(0.002)
    store.prune()
    left = [number for number in range(4) if store.has(f"{number:032d}")]
    assert left == [1, 2, 3]
    assert not store.folder(f"{0:032d}").exists()
    store.close()


def test_only_content_addresses_name_folders(store):
    """Nothing but 32 hexadecimal digits becomes a path."""
    for id in ("../../etc", "0" * 31, "G" * 32, "0" * 32 + "/x"):
        with pytest.raises(ValueError, match="no content address"):
            store.folder(id)
