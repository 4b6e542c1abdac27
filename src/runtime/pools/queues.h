/* SPDX-License-Identifier: BSD-3-Clause */
/* Queues of a container: added by its handlers, freed with it by lifecycle.c. */
#ifndef CHI_RUNTIME_POOLS_QUEUES_H
#define CHI_RUNTIME_POOLS_QUEUES_H

struct chi_container;

/* Frees the queues and stack sizes of a container without tasks. A worker's thread. */
void chi_container_free_queues(struct chi_container *container);

#endif
