/* SPDX-License-Identifier: BSD-3-Clause */
/* The poll list: ingress lanes that a worker polls. Caller: the thread that serves its lanes. */
#ifndef CHI_RUNTIME_WORKER_INGRESS_H
#define CHI_RUNTIME_WORKER_INGRESS_H

struct chi_ingress;
struct chi_worker;

/* Adds the lane to the poll list, if it is not there. */
void chi_worker_heat(struct chi_worker *worker, struct chi_ingress *ingress);

/* Removes every reference to the lane, because its client is gone. */
void chi_worker_forget(struct chi_worker *worker, struct chi_ingress *ingress);

#endif
