/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a worker's lanes go to another worker and come back: src/runtime/orchestrator.h. Each worker
 * runs tasks, its own lanes' and its guests', in which it may stay for as long as it likes; the
 * orchestrator may find any of them stalled at any time. What the lock of a hand-over covers is one
 * step: only `claim` is looked at without it.
 *
 * Properties: nobody touches a worker's lanes while somebody else does; who is in its scheduler has
 * its own; and when nobody can take a step any more, all tasks have run and all lanes are at home.
 * Workers that wait for each other break the last one.
 *
 * Where the barrier is left out, the worker's store and the load after it happen in either order,
 * which is what a store buffer does:
 *   -DNO_BARRIER      the worker looks at `claim` before its store of `current` is seen
 *   -DNO_SECOND_LOOK  the orchestrator does not look at `current` after the claim
 *   -DWAIT_IN_LINE    stalled workers' guests stay with them, and so do those that are on their way
 *                     to them, and a worker that waits for its lanes is chosen, too
 * Each of these must fail.
 *
 * Sizes: -DWORKERS=n, each with -DTASKS=n; the orchestrator looks -DLOOKS=n times.
 */
#ifndef WORKERS
#define WORKERS 2
#endif
#ifndef TASKS
#define TASKS 2
#endif
#ifndef LOOKS
#define LOOKS 2
#endif
#define NONE WORKERS

bit current[WORKERS];           /* a task runs */
bit claim[WORKERS];
bit want[WORKERS];
byte server[WORKERS + 1];       /* who serves the lanes; NONE on their way */
byte inbox[WORKERS];            /* with whose lanes they are while on their way; NONE else */
bit touched[WORKERS];
byte ran;                       /* tasks, of all workers */
bit looked;                     /* the orchestrator has ended: all lanes are recalled */

inline touch(lanes) {
    assert(!touched[lanes]);
    touched[lanes] = 1;
    touched[lanes] = 0
}

inline leave_task() {
#ifdef NO_BARRIER
    if
    :: current[self] = 0; seen = claim[self]
    :: seen = claim[self]; current[self] = 0
    fi;
#else
    current[self] = 0;
    seen = claim[self];
#endif
    if
    :: seen ->
        want[self] = 1;
        atomic { !claim[self] -> want[self] = 0; seen = 0 }
    :: else
    fi;
    assert(server[self] == self)
}

/* Lanes that come in with others that it serves, or with its own. */
inline take_in(lanes) {
    server[inbox[lanes]] == self ->
    touch(inbox[lanes]);
    atomic { inbox[lanes] = NONE; server[lanes] = self }
}

inline give_back(lanes) {
    lanes != self && server[lanes] == self && (want[lanes] || looked) ->
    touch(lanes);
    atomic { server[lanes] = lanes; claim[lanes] = 0 }
}

proctype worker(byte self) {
    byte tasks = 0, w;
    bit seen = 0;

end:
    do
    :: tasks < TASKS -> /* a task of any lanes that it serves */
        select(w : 0 .. WORKERS - 1);
        if
        :: server[w] == self ->
            touch(w);
            tasks++;
            current[self] = 1;
            leave_task();
            ran++
        :: else
        fi
    :: take_in(0)
    :: take_in(1)
    :: give_back(0)
    :: give_back(1)
#if WORKERS == 3
    :: take_in(2)
    :: give_back(2)
#endif
    od
}

/* The lanes of w, which the claim on t covers, go to `to`. */
inline send_away(w) {
    touch(w);
    atomic { server[w] = NONE; inbox[w] = to }
}

proctype orchestrator() {
    byte looks = 0, t, to, g;

    do
    :: looks < LOOKS ->
        looks++;
        select(t : 0 .. WORKERS - 1);
        select(to : 0 .. WORKERS - 1);
        if
#ifdef WAIT_IN_LINE
        :: t != to && current[t] && !claim[t] ->
#else
        :: t != to && current[t] && !claim[t] && !claim[to] ->
#endif
            claim[t] = 1;
            if
#ifndef NO_SECOND_LOOK
            :: !current[t] -> claim[t] = 0
            :: current[t] ->
#else
            :: true ->
#endif
#ifndef WAIT_IN_LINE
                g = 0;
                do
                :: g < WORKERS ->
                    if
                    :: g != t && server[g] == t && want[g] ->
                        touch(g);
                        atomic { server[g] = g; claim[g] = 0 }
                    :: g != t && server[g] == t && !want[g] -> send_away(g)
                    :: else
                    fi;
                    g++
                :: else -> break
                od;
#endif
                send_away(t)
            fi
        :: else
        fi
    :: else -> break
    od;
    looked = 1
}

init {
    byte w;
    atomic {
        do
        :: w < WORKERS -> server[w] = w; inbox[w] = NONE; run worker(w); w++
        :: else -> break
        od;
        server[NONE] = NONE + 1;
        run orchestrator()
    };
    timeout;
    assert(ran == WORKERS * TASKS);
    for (w : 0 .. WORKERS - 1) {
        assert(server[w] == w && !claim[w])
    }
}
