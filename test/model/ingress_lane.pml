/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * chi_lane_push() and chi_lane_take() of src/lane/ingress_lane.h: producers that push on one lane
 * and may each die before any step, one consumer. Each atomic access is one step.
 *
 * Properties: the consumer takes each item once, in the order in which the words were filled; what
 * was filled is taken, whoever died; a producer whose fellows died finishes. No producer goes round
 * for ever without anybody's progress (checked with non-progress cycles under weak fairness).
 *
 * -DCLAIM_FIRST: the usual ring, that claims a position and then fills it. -DHELP_THIS_LAP_ONLY: the
 * tail is helped on past an item, but not past a word that the consumer has emptied since. Both must
 * fail.
 */
#ifndef DEPTH
#define DEPTH 2 /* words; a power of two */
#endif
#ifndef ITEMS
#define ITEMS 2
#endif
#ifndef PRODUCERS
#define PRODUCERS 2
#endif

/* A word is lap * 8 + item. A position's lap is position / DEPTH. */
#define EMPTY(position) (((position) / DEPTH) * 8)

byte word[DEPTH];
byte tail;
byte filled[PRODUCERS * ITEMS]; /* items in the order of their words */
byte filled_count, taken_count;
bit dead[PRODUCERS];
byte finished;

proctype Producer(byte p) provided (!dead[p]) {
    byte position, seen, left = ITEMS;
    do
    :: left == 0 -> break
    :: left > 0 ->
#ifdef CLAIM_FIRST
        atomic { position = tail; tail++ };
        word[position % DEPTH] == EMPTY(position);
        atomic {
            word[position % DEPTH] = EMPTY(position) + p + 1;
            filled[position] = p + 1;
            filled_count++
        };
progress: left--
#else
again:  position = tail;
        seen = word[position % DEPTH];
        if
        :: seen == EMPTY(position) ->
            atomic {
                seen = word[position % DEPTH];
                if
                :: seen == EMPTY(position) ->
                    word[position % DEPTH] = EMPTY(position) + p + 1;
                    assert(position == filled_count); /* next to what was filled before */
                    filled[position] = p + 1;
                    filled_count++;
                    seen = 255
                :: else -> skip
                fi
            };
            if
            :: seen == 255 ->
                atomic {
                    if
                    :: tail == position -> tail++
                    :: else -> skip
                    fi
                };
progress:       left--;
                goto pushed
            :: else -> skip
            fi
        :: else -> skip
        fi;
        if
#ifdef HELP_THIS_LAP_ONLY
        :: seen != EMPTY(position) && (seen / 8) * 8 == EMPTY(position) ->
#else
        :: seen > EMPTY(position) ->
#endif
            atomic {
                if
                :: tail == position -> tail++
                :: else -> skip
                fi
            }
        :: else ->
            if
            :: position == tail && seen != EMPTY(position) ->
                word[position % DEPTH] != seen /* -EAGAIN; the caller tries again later */
            :: else -> skip
            fi
        fi;
        goto again;
pushed: skip
#endif
    od;
    finished++
}

active proctype Consumer() {
    byte position, item;
end_idle:
    do
    :: word[position % DEPTH] > EMPTY(position) && word[position % DEPTH] < EMPTY(position) + 8 ->
        item = word[position % DEPTH] - EMPTY(position);
        assert(item == filled[position]);
        word[position % DEPTH] = EMPTY(position + DEPTH);
progress:
        position++;
        taken_count++
    od
}

/* Kills all but the last, who is there to see what they left. */
active proctype Killer() {
    byte p = 0;
    do
    :: p == PRODUCERS - 1 -> break
    :: p < PRODUCERS - 1 -> dead[p] = 1; p++
    :: p < PRODUCERS - 1 -> p++
    od
}

active proctype Watch() {
    timeout;
    assert(taken_count == filled_count);
    assert(finished >= 1 && (finished == PRODUCERS || dead[0] || dead[PRODUCERS - 2]))
}

init {
    atomic {
        run Producer(0);
        run Producer(1);
#if PRODUCERS == 3
        run Producer(2)
#endif
    }
}
