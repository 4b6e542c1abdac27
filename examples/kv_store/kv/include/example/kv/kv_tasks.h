/* SPDX-License-Identifier: BSD-3-Clause */
/* What the kv module takes and gives; chi_refresh_repo reads this file. */
#ifndef EXAMPLE_KV_TASKS_H
#define EXAMPLE_KV_TASKS_H

#include <chimaera/string.h>
#include <chimaera/task.h>
#include <chimaera/vector.h>

#define EXAMPLE_KV_KEY_MAX    1024u /* bytes */
#define EXAMPLE_KV_SCAN_LIMIT 1024u /* keys of one page */

/* Zeroed members are defaults. */
struct example_kv_create_params {
    IN uint64_t max_bytes; /* of keys and values in one container; 0: as much as there is memory */
};

struct example_kv_put_task {
    struct chi_task base;
    IN struct chi_string key;
    IN struct chi_string value;
    OUT uint64_t version; /* grows with each put to the same container */
};

struct example_kv_get_task {
    struct chi_task base;
    IN struct chi_string key;
    OUT struct chi_string value;
    OUT uint64_t version;
};

struct example_kv_delete_task {
    struct chi_task base;
    IN struct chi_string key;
};

/* A page of the keys behind `after`, in order. Sent to every container; the pages are merged. */
struct example_kv_scan_task {
    struct chi_task base;
    IN struct chi_string after;     /* empty: from the first key on */
    IN uint32_t limit;              /* keys of the page; 0: EXAMPLE_KV_SCAN_LIMIT */
    OUT uint8_t more;               /* there are keys behind the page's last */
    OUT struct chi_string keys;     /* one behind the other, and */
    OUT CHI_VECTOR(uint32_t) sizes; /* how many bytes each has */
};

#endif
