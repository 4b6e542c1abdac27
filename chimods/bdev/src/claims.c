/* SPDX-License-Identifier: BSD-3-Clause */
/* Claims. See claims.h. One list in order of arrival: a claim is granted once no earlier one
 * stands against it, granted or waiting, so none waits for ever. */
#include "claims.h"

#include <stddef.h>

void bdev_claims_init(struct bdev_claims *claims)
{
    *claims = (struct bdev_claims){0};
    pthread_mutex_init(&claims->lock, NULL);
}

void bdev_claims_fini(struct bdev_claims *claims)
{
    pthread_mutex_destroy(&claims->lock);
}

/* Whether an earlier claim stands against it. Lock held. */
static bool must_wait(const struct bdev_claims *claims, const struct bdev_claim *claim)
{
    if (claims->exclusive == 0)
        return false;
    for (const struct bdev_claim *c = claim->previous; c != NULL; c = c->previous)
        if (c->first < claim->end && claim->first < c->end && (c->exclusive || claim->exclusive))
            return true;
    return false;
}

static void append(struct bdev_claims *claims, struct bdev_claim *claim)
{
    claim->next = NULL;
    claim->previous = claims->last;
    if (claims->last != NULL)
        claims->last->next = claim;
    else
        claims->first = claim;
    claims->last = claim;
    claims->exclusive += claim->exclusive;
}

static void unlink_claim(struct bdev_claims *claims, struct bdev_claim *claim)
{
    if (claim->previous != NULL)
        claim->previous->next = claim->next;
    else
        claims->first = claim->next;
    if (claim->next != NULL)
        claim->next->previous = claim->previous;
    else
        claims->last = claim->previous;
    claims->exclusive -= claim->exclusive;
}

bool bdev_claim_try(struct bdev_claims *claims, struct bdev_claim *claim)
{
    pthread_mutex_lock(&claims->lock);
    append(claims, claim);
    claim->granted = !must_wait(claims, claim);
    if (!claim->granted)
        unlink_claim(claims, claim);
    pthread_mutex_unlock(&claims->lock);
    return claim->granted;
}

void bdev_claim_take(struct bdev_claims *claims, struct bdev_claim *claim)
{
    pthread_mutex_lock(&claims->lock);
    append(claims, claim);
    bool granted = claim->granted = !must_wait(claims, claim);
    if (!granted) {
        claims->waiting++;
        chi_parking_init(&claim->parking);
    }
    pthread_mutex_unlock(&claims->lock);
    if (!granted)
        chi_task_park(&claim->parking);
}

void bdev_claim_release(struct bdev_claims *claims, struct bdev_claim *claim)
{
    pthread_mutex_lock(&claims->lock);
    struct bdev_claim *next = claim->next; /* who waits for it came later */
    unlink_claim(claims, claim);
    for (struct bdev_claim *c = next; c != NULL && claims->waiting > 0; c = c->next) {
        if (c->granted || must_wait(claims, c))
            continue;
        c->granted = true;
        claims->waiting--;
        chi_task_unpark(&c->parking,
                        0); /* its handler cannot take it off before the lock is free */
    }
    pthread_mutex_unlock(&claims->lock);
}
