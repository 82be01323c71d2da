"""Runs a script in a JavaScript engine that Python has as a package, and prints what it leaves in its variable `outcome`."""

import sys
import threading
import time


def context(package):
    """A context of the engine, and what does its pending jobs."""
    if package == "mini-racer":
        from py_mini_racer import MiniRacer

        made = MiniRacer()

        # It has timers, which pass between two evaluations.
        def wait():
            for _ in range(20_000):
                if made.eval("outcome") != "nothing yet":
                    return
                time.sleep(0.01)

        return made, wait
    if package == "boabem":
        from boabem import Context

        return Context(), lambda: None
    from quickjs import Context

    made = Context()

    def jobs():
        while made.execute_pending_job():
            pass

    return made, jobs


def main(package, path):
    with open(path, encoding="utf8") as file:
        text = file.read()
    engine, jobs = context(package)
    engine.eval(text)
    jobs()
    print(engine.eval("outcome"))


# boabem's parser goes down once for each operand of a long expression: a main thread's 8 MiB are too few.
threading.stack_size(2**29)
thread = threading.Thread(target=main, args=sys.argv[1:])
thread.start()
thread.join()
