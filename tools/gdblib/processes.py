"""Commands on threads, run queues and locks."""

from gdblib.kernel import (
    Command,
    evaluate,
    list_entries,
    name_of,
    online_cpus,
    percpu,
    processes,
    symbol_at,
    threads,
)

_STATE = "THREAD_"


def state_of(thread):
    """The name of a thread's state."""
    number = int(thread["state"])
    kind = evaluate("(enum thread_state)0").type
    names = {field.enumval: field.name for field in kind.fields()}
    return names.get(number, f"?{number}").removeprefix(_STATE).lower()


class Threads(Command):
    """usage: stoa threads
    All threads: their CPU and state, and the function that they go on with."""

    name = "threads"

    def run(self):
        """A line for each."""
        print("   TID    PID CPU STATE    NAME             GOES ON WITH")
        for thread in threads():
            pid = int(thread["process"]["pid"]) if thread["process"] else 0
            goes_on = thread["cont"]["run"]
            print(
                f"{int(thread['tid']):6} {pid:6} {int(thread['cpu']):3} {state_of(thread):8} "
                f"{name_of(thread):16} {symbol_at(goes_on) if goes_on else '-'}"
            )
        for process in processes():
            if process["state"] == evaluate("PROCESS_ZOMBIE"):
                print(f"     - {int(process['pid']):6}   - zombie   {process['name'].string()}")


class Runq(Command):
    """usage: stoa runq
    What each CPU runs, and the threads in its queue in the order in which they will run."""

    name = "runq"

    def run(self):
        """A line for each CPU."""
        for cpu in online_cpus():
            queue = percpu(int(cpu["id"]), "sched.c", "runq")
            waiting = list_entries(queue["threads"].address, "struct thread", "run_link")
            tids = " ".join(str(int(thread["tid"])) for thread in waiting)
            runs = "is idle"
            if cpu["current"]:
                runs = f"runs {int(cpu['current']['tid'])} ({name_of(cpu['current'])})"
            print(f"CPU {int(cpu['id'])} {runs}, {int(queue['count'])} wait: {tids}".rstrip())


class Locks(Command):
    """usage: stoa locks [LOCK]
    The locks that each CPU holds, the last one taken first; or what LOCK, an expression, is like."""

    name = "locks"

    def run(self, expression=None):
        """A line for each lock."""
        if expression:
            self._tell_one(evaluate(expression))
            return
        for cpu in online_cpus():
            lock, depth = cpu["held"], 0
            while lock and depth < 16:
                self._tell(cpu, lock)
                lock, depth = lock["outer"], depth + 1
            if not depth:
                print(f"CPU {int(cpu['id'])} holds none")

    @staticmethod
    def _tell(cpu, lock):
        print(
            f"CPU {int(cpu['id'])} holds '{lock['name'].string()}' (rank {int(lock['rank'])}), "
            f"taken in {symbol_at(lock['caller'])}"
        )

    def _tell_one(self, lock):
        if lock["holder"]:
            self._tell(lock["holder"], lock)
        else:
            print(f"'{lock['name'].string()}' is free, contended {int(lock['contended'])} times")


Threads()
Runq()
Locks()
