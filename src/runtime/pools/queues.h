/* SPDX-License-Identifier: BSD-3-Clause */
/* Queues of a container: added by its handlers, freed with it. */
#ifndef CHI_RUNTIME_QUEUES_H
#define CHI_RUNTIME_QUEUES_H

struct chi_container;

/* Frees the queues of a container that has no tasks. */
void chi_container_free_queues(struct chi_container *container);

#endif
