/* SPDX-License-Identifier: BSD-3-Clause */
/* A daemon of our own: chimaera_runtime from beside this program, with an instance, a folder and a
 * configuration that nobody else uses. Every function exits on failure. */
#ifndef BENCH_DAEMON_H
#define BENCH_DAEMON_H

#include <stdint.h>
#include <sys/types.h>

#include <bench/empty/empty_client.h>

struct bench_daemon {
    pid_t pid;
    char instance[48];
    char config[128]; /* path */
};

/* What all daemons of this program's run are called before their number, and where their files lie;
 * set once. */
extern char bench_instance[32];
extern char bench_folder[64];

/* Names a daemon and writes its configuration; then as bench_daemon_use(). */
void bench_daemon_prepare(struct bench_daemon *daemon, unsigned workers);

/* Makes this process attach to that daemon the next time it does. */
void bench_daemon_use(const struct bench_daemon *daemon);

/* Starts a prepared daemon; does not wait for it. */
void bench_daemon_spawn(struct bench_daemon *daemon);

/* Attaches this process as soon as the daemon lets it. */
void bench_daemon_attach(const struct bench_daemon *daemon);

/* Pins the daemon to the worker's core, and the calling thread to the client's. */
void bench_daemon_pin(const struct bench_daemon *daemon);

/* Prepares, starts, attaches and pins. */
void bench_daemon_start(struct bench_daemon *daemon);

/* Detaches this process and stops the daemon. */
void bench_daemon_stop(struct bench_daemon *daemon);

/* The pool of empty tasks, made if it is not there. */
chi_pool_id_t bench_empty_pool(void);

/* One with so many containers. */
chi_pool_id_t bench_empty_pool_of(uint32_t containers);

#endif
