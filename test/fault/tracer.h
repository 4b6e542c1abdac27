/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stopping a child process at an instruction of its choice between two marks, to kill it there. The
 * child calls tracer_run(); the parent, which forked it, the rest. Both are the same image, so an
 * address means the same in both. x86-64 only.
 *
 * A point is (address, n): just before the n-th time that the instruction there begins. Single-step
 * once to learn the points, then reach each with a breakpoint: steps from the start for each point
 * would cost the square of their number.
 */
#ifndef CHI_TEST_FAULT_TRACER_H
#define CHI_TEST_FAULT_TRACER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct tracer_point {
    uintptr_t address;
    uint32_t nth;
};

struct tracer_points {
    struct tracer_point *points;
    size_t count;
    size_t instructions; /* all that ran, libraries of others included */
    size_t left_out;     /* of our own: repeated more often than `most` */
};

/* Child: lets the parent trace it, stops, runs `function`, stops, exits with 0. */
_Noreturn void tracer_run(void (*function)(void *), void *argument);

/* Parent: waits until the child stands at the first mark. False where it ended before. */
bool tracer_await_start(pid_t child);

/*
 * Single-steps to the second mark. The points: each instruction of our own libraries and of this
 * program, and the instructions at and after each system call wherever it is; with `all`, every
 * instruction. Each at most `most` times. False where the child ended on the way.
 */
bool tracer_learn(pid_t child, bool all, uint32_t most, struct tracer_points *points);
void tracer_points_fini(struct tracer_points *points);

/* Runs to the point. False where the child came to the second mark without passing there. */
bool tracer_run_to(pid_t child, const struct tracer_point *point);

/* Single-steps `count` instructions. False where the child came to the second mark before. */
bool tracer_step(pid_t child, size_t count);

/* SIGKILL, and waits until it is gone. */
void tracer_kill(pid_t child);

/* "name+0x12 in libchimaera.so" of an address. */
const char *tracer_name(uintptr_t address);

#endif
