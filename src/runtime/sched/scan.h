/* SPDX-License-Identifier: BSD-3-Clause */
/* The scans for tasks that have to end before their time; see worker/scan_request.h. */
#ifndef CHI_RUNTIME_SCHED_SCAN_H
#define CHI_RUNTIME_SCHED_SCAN_H

struct chi_message;
struct chi_timer;
struct chi_worker;

/* Messages: to the worker's thread, and to the thread that serves its lanes. */
void chi_scan_asked_for_entries(struct chi_worker *worker, struct chi_message *message);
void chi_scan_asked_for_lanes(struct chi_worker *owner, struct chi_message *message);

/* A timer: one of the scans of this worker, or of the lanes that it serves, is due. */
void chi_scan_due(struct chi_worker *worker, struct chi_timer *timer);

#endif
