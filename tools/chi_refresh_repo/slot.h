/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The slots of the vtable that are one function over the schema for every module, and what an
 * author's own function for one method is called with.
 */
#ifndef GEN_SLOT_H
#define GEN_SLOT_H

enum gen_slot {
    GEN_SLOT_COPY,
    GEN_SLOT_AGGREGATE,
    GEN_SLOT_DEL,
    GEN_SLOT_SAVE_IN,
    GEN_SLOT_LOAD_IN,
    GEN_SLOT_SAVE_OUT,
    GEN_SLOT_LOAD_OUT,
    GEN_SLOT_COUNT,
};

/* In parameters and casts each '@' stands for the struct of the method's task. */
struct gen_slot_form {
    const char *key;        /* in the yaml file */
    const char *member;     /* of struct chi_container_ops */
    const char *core;       /* libchimaera's function */
    const char *result;     /* its type */
    const char *parameters; /* of the author's function; those of the core's behind the schema */
    const char *arguments;  /* to pass these on */
    const char *casts;      /* the same, to the author's function */
};

extern const struct gen_slot_form gen_slots[GEN_SLOT_COUNT];

#endif
