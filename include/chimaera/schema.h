/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Schemas describe the members of a task or parameter struct. chi_refresh_repo generates them from
 * the annotated structs. One table serves copy-in from a client, copy-out to the client, freeing,
 * archives and the configuration file. Do not write schemas by hand.
 */
#ifndef CHIMAERA_SCHEMA_H
#define CHIMAERA_SCHEMA_H

#include "chimaera/types.h"

enum chi_member_kind {
    CHI_MEMBER_U8 = 1,
    CHI_MEMBER_U16,
    CHI_MEMBER_U32,
    CHI_MEMBER_U64,
    CHI_MEMBER_I8,
    CHI_MEMBER_I16,
    CHI_MEMBER_I32,
    CHI_MEMBER_I64,
    CHI_MEMBER_F32,
    CHI_MEMBER_F64,
    CHI_MEMBER_POOL_ID,
    CHI_MEMBER_POOL_QUERY,
    CHI_MEMBER_STRUCT, /* plain struct; `nested` describes it */
    CHI_MEMBER_STRING, /* struct chi_string */
    CHI_MEMBER_VECTOR, /* CHI_VECTOR(T); element_kind, element_size, nested describe T */
    CHI_MEMBER_BUFFER, /* struct chi_buffer */
};

enum chi_direction {
    CHI_DIRECTION_IN = 1,
    CHI_DIRECTION_OUT = 2,
    CHI_DIRECTION_INOUT = 3,
};

struct chi_schema;

struct chi_enum_value {
    const char *name; /* as in a configuration file: lower case, without the enum's prefix */
    uint32_t value;
};

struct chi_member {
    const char *name;
    uint8_t kind;         /* enum chi_member_kind */
    uint8_t direction;    /* enum chi_direction */
    uint8_t element_kind; /* of a vector; else 0 */
    uint16_t offset;
    uint16_t size;                       /* of the whole member, in bytes */
    uint16_t count;                      /* of an array; else 1 */
    uint16_t element_size;               /* of a vector; else 0 */
    const struct chi_schema *nested;     /* of a struct or a vector of structs; else NULL */
    const struct chi_enum_value *values; /* of a CHI_ENUM member, ended by a NULL name; else NULL */
};

struct chi_schema {
    const char *name; /* such as "chimaera_kv_put_task" */
    uint32_t size;    /* sizeof the struct */
    uint32_t member_count;
    const struct chi_member *members; /* without `base` */
    uint64_t hash; /* of names, kinds, counts and directions, nested members too; in order */
};

enum chi_method_flag {
    /* The method waits until tasks submitted before it have ended. What waits for the end of all
     * earlier tasks, as it does itself, leaves it out; it cannot be periodic. */
    CHI_METHOD_WAITS_FOR_OTHERS = 1u << 0,
    /* The end of its client does not end the waits of its handler. */
    CHI_METHOD_OUTLIVES_CLIENT = 1u << 1,
};

struct chi_task_schema {
    struct chi_schema type;
    const char *method_name; /* such as "put" */
    uint32_t method;
    CHI_ATOMIC(uint32_t) number; /* this process's number for it, 0 until first used */
    uint32_t flags;              /* enum chi_method_flag */
};

/* What a client takes a method's task to be. */
struct chi_task_hash {
    uint64_t hash; /* struct chi_schema */
    uint32_t method;
    uint32_t size; /* bytes */
};

/*
 * The schemas of a module's own tasks, by id. Client and runtime compare them. The generated file
 * defines the table as `<ns>_<mod>_schemas`.
 */
struct chi_module_schemas {
    const char *module; /* "<ns>_<mod>" */
    struct chi_task_schema *const *tasks;
    uint32_t count;
};

CHI_BEGIN_DECLS
/* The schema of a task without members, which inherited methods other than Create and Destroy use.
 */
extern CHI_API struct chi_task_schema chi_base_task_schema;
CHI_END_DECLS

#endif
