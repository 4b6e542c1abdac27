/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The doorbell of src/lane/bell.h and the worker's side of it in src/runtime/loop.c: one worker,
 * two clients with a lane each. Each access to what they share is one step. The first client (with
 * -DVICTIMS=2 either) may die before any step; then the control thread tells the worker to forget
 * its lane.
 *
 * Property: when nobody can take a step any more, each live client has pushed all it wanted and
 * every lane that was not forgotten is empty. A worker that sleeps beside an item, or beside a
 * client that waits for room, breaks it; so does a dead client's lane that is never forgotten.
 *
 * spin knows no weak memory. Where an order is left out, the store and the load after it happen in
 * either order, which is what a store buffer does:
 *   -DNO_FENCE=1  client: push, look at armed        -DNO_FENCE=2  worker: arm, look at the lane
 *   -DNO_FENCE=3  client: set bit, look at sleeping  -DNO_FENCE=4  worker: sleeping, look at bell
 * -DSIGNAL_WHEN_EMPTY: no armed flag; a client rings when it found its lane empty before the push.
 * Each of these must fail.
 *
 * Sizes: -DDEPTH=n of a lane; the first client's thread pushes -DITEMS=n, the second client's one.
 * -DTHREADS=2: instead of the second client, the first has another thread, which pushes as many.
 */
#ifndef DEPTH
#define DEPTH 1
#endif
#ifndef ITEMS
#define ITEMS 2
#endif
#ifndef THREADS
#define THREADS 1
#endif
#ifndef VICTIMS
#define VICTIMS 1
#endif
#ifndef NO_FENCE
#define NO_FENCE 0
#endif

byte lane[2];     /* items in it */
bit armed[2];
bit rung[2];      /* bits of one word */
bit summary;
bit sleeping;     /* what clients see */
bit asleep;       /* its private twin, for messages */
bit eventfd;      /* a counter, but the worker's read takes all of it: only 0 or not 0 matters */

bit dead[2];      /* the process is gone */
bit inbox[2];     /* the message to forget the lane */
bit forgotten[2];

byte finished;    /* threads that have pushed all */

inline wake() {
    eventfd = 1
}

inline push(c) {
    atomic { lane[c] < DEPTH -> lane[c]++ }
}

inline set_bit(c) {
    rung[c] = 1;
    summary = 1
}

inline ring(c) {
#ifndef SIGNAL_WHEN_EMPTY
    atomic { /* another thread of the process may have taken it since this one looked */
        seen = armed[c];
        armed[c] = 0;
        if
        :: !seen -> goto rang
        :: else -> seen = 0
        fi
    };
#endif
#if NO_FENCE == 3
    if
    :: set_bit(c); seen = sleeping
    :: seen = sleeping; set_bit(c)
    fi;
#else
    set_bit(c);
    seen = sleeping;
#endif
    atomic {
        if
        :: seen -> wake()
        :: else -> skip
        fi
    }
}

/* One thread of client c. A full lane is tried again; that is a wait for room. */
proctype Client(byte c) provided (!dead[c]) {
    byte left = (c == 0 -> ITEMS : 1);
    bit seen;
    do
    :: left > 0 ->
#ifdef SIGNAL_WHEN_EMPTY
        seen = (lane[c] == 0);
        push(c);
#elif NO_FENCE == 1
        if
        :: push(c); seen = armed[c]
        :: lane[c] < DEPTH -> seen = armed[c]; push(c)
        fi;
#else
        push(c);
        seen = armed[c];
#endif
        if
        :: seen -> ring(c)
        :: else -> skip
        fi;
rang:   atomic { seen = 0; left-- }
    :: atomic { left == 0 -> finished++; break }
    od
}

/* SIGKILL for a client, at any time, and what the control thread does about it. */
inline kill_client(c) {
    atomic { dead[c] = 1; inbox[c] = 1 };
    atomic {
        if
        :: asleep -> wake()
        :: else -> skip
        fi
    }
}

active proctype Control() {
    if
    :: kill_client(0)
    :: kill_client(VICTIMS - 1)
    :: skip
    fi
}

inline take(c) {
    atomic {
        if
        :: hot[c] && lane[c] > 0 -> lane[c] = 0; did = 1
        :: else -> skip
        fi
    }
}

inline forget(c) {
    if
    :: inbox[c] -> inbox[c] = 0; forgotten[c] = 1; hot[c] = 0; lane[c] = 0; did = 1
    :: else -> skip
    fi
}

inline take_bit(c) {
    if
    :: bits[c] && !forgotten[c] -> hot[c] = 1
    :: else -> skip
    fi
}

inline arm(c) {
    atomic {
        if
        :: hot[c] -> armed[c] = 1
        :: else -> skip
        fi
    }
}

inline look(c) {
    atomic {
        if
        :: hot[c] && lane[c] > 0 -> ready = 1
        :: else -> skip
        fi
    }
}

active proctype Worker() {
    bit hot[2], bits[2];
    bit did, ready, rang;
    atomic { hot[0] = 1; hot[1] = 1 };
    do
    ::  atomic { forget(0); forget(1) }; /* all messages at once */
        take(0);
        take(1);
        if
        :: summary ->
            summary = 0; /* before the bits: one set later has its summary still to come */
            atomic {
                bits[0] = rung[0];
                bits[1] = rung[1];
                rung[0] = 0;
                rung[1] = 0;
                take_bit(0);
                take_bit(1);
                bits[0] = 0;
                bits[1] = 0;
                did = 1
            }
        :: else -> skip
        fi;
        if
        :: atomic { did -> did = 0; goto again }
        :: else -> skip
        fi;
#if NO_FENCE == 2
        if
        :: skip; arm(0); arm(1); look(0); look(1)
        :: skip; look(0); look(1); arm(0); arm(1)
        fi;
#else
        arm(0);
        arm(1);
        look(0);
        look(1);
#endif
        if
        :: atomic { ready -> ready = 0; goto again }
        :: atomic { else -> hot[0] = 0; hot[1] = 0 }
        fi;
        asleep = 1;
#if NO_FENCE == 4
        if
        :: sleeping = 1; rang = summary
        :: rang = summary; sleeping = 1
        fi;
#else
        sleeping = 1;
        rang = summary;
#endif
        if
        :: !rang && !inbox[0] && !inbox[1] ->
            atomic { eventfd > 0 -> eventfd = 0 }
        :: else -> skip
        fi;
        atomic { rang = 0; asleep = 0 };
        sleeping = 0;
again:  skip
    od
}

/* `timeout` is true when nobody else can take a step. */
active proctype Watch() {
    timeout;
    assert(forgotten[0] == dead[0] && forgotten[1] == dead[1]);
    assert(lane[0] == 0 && lane[1] == 0);
    assert(finished >= !dead[0] + ((THREADS == 2) -> !dead[0] : !dead[1]))
}

init {
    armed[0] = 1;
    armed[1] = 1;
    atomic {
        run Client(0);
#if THREADS == 2
        run Client(0)
#else
        run Client(1)
#endif
    }
}
