/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Claims: which ranges of a device are being written, so that a write of a part of a sector, which
 * reads the sector, changes it and writes it back, loses nobody's bytes. Writes of whole sectors
 * share; a claim for a part of one is exclusive, and so waits for every write there that came
 * before, as those that come after wait for it. Handlers of any worker.
 */
#ifndef CHIMAERA_BDEV_CLAIMS_H
#define CHIMAERA_BDEV_CLAIMS_H

#include <chimaera/park.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* Lives with the handler that writes. */
struct bdev_claim {
    uint64_t first, end; /* bytes of the device, whole sectors */
    bool exclusive;
    bool granted;
    struct bdev_claim *previous, *next; /* in the order in which they came */
    struct chi_parking parking;
};

struct bdev_claims {
    pthread_mutex_t lock;
    struct bdev_claim *first, *last;
    uint32_t waiting;
    uint32_t exclusive;
};

void bdev_claims_init(struct bdev_claims *claims);
void bdev_claims_fini(struct bdev_claims *claims);

/* Claims [claim->first, claim->end), or, where it would have to wait, returns false. */
bool bdev_claim_try(struct bdev_claims *claims, struct bdev_claim *claim);

/*
 * Claims it. Parks the calling fiber where it must wait. Who waits must hold no other claim: two
 * that hold one each and want the other's would wait for ever.
 */
void bdev_claim_take(struct bdev_claims *claims, struct bdev_claim *claim);

void bdev_claim_release(struct bdev_claims *claims, struct bdev_claim *claim);

#endif
