/* SPDX-License-Identifier: BSD-3-Clause */
/* C source as tokens with their places. Comments and line continuations are gone. */
#ifndef GEN_TOKENIZER_H
#define GEN_TOKENIZER_H

#include "diagnostic.h"

enum gen_token_kind {
    GEN_TOKEN_END,
    GEN_TOKEN_NAME,
    GEN_TOKEN_NUMBER,
    GEN_TOKEN_STRING,    /* also characters; `text` has the quotes */
    GEN_TOKEN_MARK,      /* one punctuation character */
    GEN_TOKEN_DIRECTIVE, /* `text` is the preprocessor line behind the # */
};

struct gen_token {
    enum gen_token_kind kind;
    const char *text;
    struct gen_place place;
};

/* Tokens of `size` bytes at `source`; the last is GEN_TOKEN_END. What `#if 0` leaves out is left
 * out. Returns whether the source has no broken comment, string or `#if 0`; that is reported. */
bool gen_tokenize(const char *path, const char *source, size_t size, struct gen_token **tokens,
                  size_t *count);

static inline bool gen_token_is(const struct gen_token *token, const char *text)
{
    const char *have = token->text;
    if (token->kind == GEN_TOKEN_STRING || token->kind == GEN_TOKEN_DIRECTIVE)
        return false;
    while (*have && *have == *text)
        have++, text++;
    return *have == *text;
}

/* Whether the token is a directive of that name: "define", "if". */
bool gen_token_is_directive(const struct gen_token *token, const char *name);

/* Whether the token is a directive that chooses between lines: #if, #else and their relatives. */
bool gen_token_is_conditional(const struct gen_token *token);

#endif
