/* SPDX-License-Identifier: BSD-3-Clause */
/* Edits of a block device's superblocks, snapshots and log; checksums are made right afterwards. */
#include <chimaera/park.h>

#include "unit/bdev/fake_host.h"
#include "unit/bdev/hostile_map.h"
#include "unit/task/fake_memory.h"

/* The map is used by one, who never waits. */
void chi_parking_init(struct chi_parking *parking)
{
    (void)parking;
}

int chi_task_park(struct chi_parking *parking)
{
    (void)parking;
    abort();
}

void chi_task_unpark(struct chi_parking *parking, int result)
{
    (void)parking, (void)result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fake_host_begin();
    hostile_try(data, size);
    MUST(fake_live == 0);
    return 0;
}
