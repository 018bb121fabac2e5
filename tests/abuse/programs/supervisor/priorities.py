# expect: exited 0
# stdout: contained
import os
import resource

done = []


def attempt(name, call):
    try:
        call()
    except (OSError, ValueError):
        return
    done.append(name)


def write(name, text):
    with open(f"/proc/1/{name}", "w") as file:
        file.write(text)


attempt("prlimit", lambda: resource.prlimit(1, resource.RLIMIT_NOFILE, (3, 3)))
attempt("affinity", lambda: os.sched_setaffinity(1, {min(os.sched_getaffinity(0))}))
attempt("scheduler", lambda: os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0)))
attempt("nice of 1", lambda: os.setpriority(os.PRIO_PROCESS, 1, 19))
attempt("nice of all", lambda: os.setpriority(os.PRIO_USER, os.getuid(), 19))
attempt("nice of group", lambda: os.setpriority(os.PRIO_PGRP, 1, 19))
attempt("group", lambda: os.setpgid(1, 1))
for name, text in (
    ("oom_score_adj", "1000"), ("oom_adj", "15"), ("comm", "CANARY"), ("autogroup", "19"), ("timerslack_ns", "9"),
    ("coredump_filter", "0"), ("clear_refs", "1"), ("setgroups", "allow"), ("uid_map", "0 0 1"), ("sched", "0"),
):
    attempt(name, lambda name=name, text=text: write(name, text))
print("contained" if not done else f"escaped: {done}")
