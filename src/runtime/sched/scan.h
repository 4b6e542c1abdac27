/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Scans for tasks that have to end early, requested by worker/scan_request.h. Called through struct
 * chi_worker_ops.
 */
#ifndef CHI_RUNTIME_SCHED_SCAN_H
#define CHI_RUNTIME_SCHED_SCAN_H

struct chi_message;
struct chi_timer;
struct chi_worker;

/* Handlers of the two messages of a request: on the worker's thread, and on the one that serves its
 * lanes. */
void chi_scan_asked_for_entries(struct chi_worker *worker, struct chi_message *message);
void chi_scan_asked_for_lanes(struct chi_worker *owner, struct chi_message *message);

/* Timer: a scan of this worker, or of lanes that it serves, is due. The worker's thread. */
void chi_scan_due(struct chi_worker *worker, struct chi_timer *timer);

#endif
