/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Return codes. A function that can fail returns 0 or a count, or a negative code: `-errno` if one
 * fits, else one of the codes below. This table is the source of the enum, of chi_strerror() and of
 * docs/reference/status.md. All functions: any thread; never park.
 */
#ifndef CHIMAERA_STATUS_H
#define CHIMAERA_STATUS_H

#include "chimaera/types.h"

/* X(name, value, text) */
#define CHI_STATUS_TABLE(X)                                                                        \
    X(CHI_ERUNTIME_DOWN, -1001, "the runtime is not running, or it stopped during the call")       \
    X(CHI_ENOTATTACHED, -1002, "this process is not attached to a runtime")                        \
    X(CHI_EFORKED, -1003,                                                                          \
      "this process was forked from an attached process; call chi_client_init()")                  \
    X(CHI_EABI, -1004, "built for a different version of the Chimaera interface")                  \
    X(CHI_ESTOPPING, -1005, "the runtime is stopping and accepts no new tasks")                    \
    X(CHI_ENOPOOL, -1010, "no such pool")                                                          \
    X(CHI_ENOMETHOD, -1011, "the module has no such method, or the method is disabled")            \
    X(CHI_ENOROUTE, -1012, "the module's monitor chose no lane for the task")                      \
    X(CHI_EPOOL_EXISTS, -1013, "a pool of this name exists with a different module or parameters") \
    X(CHI_ENOMODULE, -1014, "no such module library")                                              \
    X(CHI_EBADMODULE, -1015, "the library is not a usable Chimaera module")                        \
    X(CHI_EPOOL_NAME, -1016, "the pool name is empty or too long")                                 \
    X(CHI_EBADTASK, -1020, "the task's fixed part is damaged (magic or size)")                     \
    X(CHI_EBADPTR, -1021, "an offset lies outside the memory granted to this client")              \
    X(CHI_EBADSTRING, -1022, "a string or vector has an invalid length")                           \
    X(CHI_ESCHEMA, -1023, "client and runtime were built with different layouts of the task")      \
    X(CHI_EQUOTA, -1024,                                                                           \
      "this client holds its share of the memory for outputs: delete tasks that are done")         \
    X(CHI_EQUERY_NULL, -1030, "the pool query is null")                                            \
    X(CHI_EQUERY_CONTAINER, -1031, "the pool query names a container that does not exist")         \
    X(CHI_EQUERY_RANGE, -1032, "the pool query's range is empty or too long")                      \
    X(CHI_EQUERY_NODE, -1033, "the pool query names a node that does not exist")                   \
    X(CHI_EQUERY_MODE, -1034, "the pool query has an unknown mode")                                \
    X(CHI_EARCHIVE, -1040, "the archive is truncated or damaged")                                  \
    X(CHI_EPROTOCOL, -1041, "the peer violated the control protocol")                              \
    X(CHI_ECONFIG, -1050, "the configuration is invalid")

enum chi_status {
    CHI_OK = 0,
#define CHI_STATUS_ENUM(name, value, text) name = value,
    CHI_STATUS_TABLE(CHI_STATUS_ENUM)
#undef CHI_STATUS_ENUM
};

CHI_BEGIN_DECLS

/*
 * Returns the text of a code, `-errno` or CHI_E...; "unknown code" for others. The storage is
 * static or belongs to the C library. Never NULL.
 */
CHI_API const char *chi_strerror(int code);

/* Returns the name of a code, such as "CHI_ENOPOOL" or "ENOMEM"; "?" for an unknown code. */
CHI_API const char *chi_status_name(int code);

/*
 * Returns the message of the last failed call of this thread: what was attempted, with which value,
 * and what to do. "" before the first failure. Valid until the next call of this thread that fails.
 */
CHI_API const char *chi_last_error(void);

/*
 * Returns the code that belongs to chi_last_error(): the reason why a function returned NULL. 0
 * before the first failure.
 */
CHI_API int chi_last_error_code(void);

/*
 * Records an error for chi_last_error() and returns `code`. For modules and their client libraries.
 */
CHI_API int chi_error(int code, const char *format, ...) CHI_PRINTF(2, 3);

CHI_END_DECLS

#endif
