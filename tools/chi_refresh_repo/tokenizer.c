/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tokenizer. Continued lines are joined first; a table then gives each character's place in the
 * file. It never reads beyond the given size, whatever the bytes are.
 */
#include "tokenizer.h"

#include "arena.h"

#include <stdint.h>
#include <string.h>

struct source {
    const char *path;
    char *text; /* without continued lines, ended by \0 */
    size_t size;
    size_t at;
    uint32_t *lines; /* of each character */
    uint32_t *columns;
    bool line_start; /* only blanks so far in this line */
    bool broken;
    struct gen_token *tokens;
    size_t count;
    struct gen_place left_out; /* the `#if 0` that leaves this out; line 0: none */
    unsigned depth;            /* of conditionals within it */
};

static void join_lines(struct source *source, const char *data, size_t size)
{
    uint32_t line = 1;
    uint32_t column = 1;
    source->text = gen_alloc(size + 1);
    source->lines = gen_alloc((size + 1) * sizeof(*source->lines));
    source->columns = gen_alloc((size + 1) * sizeof(*source->columns));
    for (size_t i = 0; i < size; i++) {
        size_t newline = i + 1 + (i + 1 < size && data[i + 1] == '\r');
        if (data[i] == '\\' && newline < size && data[newline] == '\n') {
            i = newline;
            line++;
            column = 1;
            continue;
        }
        source->text[source->size] = data[i];
        source->lines[source->size] = line;
        source->columns[source->size++] = column++;
        if (data[i] == '\n') {
            line++;
            column = 1;
        }
    }
    source->lines[source->size] = line;
    source->columns[source->size] = column;
}

static char peek(const struct source *source, size_t ahead)
{
    return source->at + ahead < source->size ? source->text[source->at + ahead] : '\0';
}

static bool at_end(const struct source *source)
{
    return source->at >= source->size;
}

static struct gen_place place_at(const struct source *source, size_t at)
{
    struct gen_place place = {source->path, (int)source->lines[at], (int)source->columns[at]};
    return place;
}

static void broken(struct source *source, size_t at, const char *what, const char *right)
{
    if (source->left_out.line)
        return;
    gen_error(place_at(source, at), "%s; %s", what, right);
    source->broken = true;
}

static void add(struct source *source, enum gen_token_kind kind, size_t from)
{
    if (source->left_out.line && kind != GEN_TOKEN_END)
        return;
    source->tokens = gen_grow(source->tokens, source->count, sizeof(*source->tokens));
    struct gen_token *token = &source->tokens[source->count++];
    token->kind = kind;
    token->place = place_at(source, from);
    token->text = gen_copy(source->text + from, source->at - from);
}

/* Steps over a comment if one begins here. */
static bool comment(struct source *source)
{
    size_t from = source->at;
    if (peek(source, 0) != '/' || (peek(source, 1) != '/' && peek(source, 1) != '*'))
        return false;
    if (peek(source, 1) == '/') {
        while (!at_end(source) && peek(source, 0) != '\n')
            source->at++;
        return true;
    }
    source->at += 2;
    while (!at_end(source) && !(peek(source, 0) == '*' && peek(source, 1) == '/'))
        source->at++;
    if (at_end(source))
        broken(source, from, "this comment has no end", "close it with */");
    else
        source->at += 2;
    return true;
}

static void quoted(struct source *source, bool report)
{
    size_t from = source->at;
    char quote = source->text[source->at++];
    while (!at_end(source) && peek(source, 0) != quote && peek(source, 0) != '\n')
        source->at += peek(source, 0) == '\\' && source->at + 1 < source->size ? 2 : 1;
    if (peek(source, 0) == quote)
        source->at++;
    else if (report)
        broken(source, from, "this text has no end in its line",
               quote == '"' ? "close it with \"" : "close it with '");
}

/* Whether `name` begins `text` as a whole word; the rest behind it and its blanks. */
static const char *word_rest(const char *text, const char *name)
{
    size_t size = strlen(name);
    text += strspn(text, " \t");
    if (strncmp(text, name, size) != 0 || (text[size] && !strchr(" \t(!\"", text[size])))
        return NULL;
    return text + size + strspn(text + size, " \t");
}

static void follow_conditionals(struct source *source, const char *text, struct gen_place place)
{
    if (!source->left_out.line) {
        const char *condition = word_rest(text, "if");
        if (condition && condition[0] == '0' &&
            condition[1 + strspn(condition + 1, " \t\r")] == 0) {
            source->left_out = place;
            source->depth = 0;
        }
    } else if (word_rest(text, "if") || word_rest(text, "ifdef") || word_rest(text, "ifndef")) {
        source->depth++;
    } else if (word_rest(text, "endif") && source->depth > 0) {
        source->depth--;
    } else if (source->depth == 0 &&
               (word_rest(text, "endif") || word_rest(text, "else") || word_rest(text, "elif"))) {
        source->left_out.line = 0;
    }
}

static void directive(struct source *source)
{
    size_t from = source->at++;
    struct gen_text text = {0};
    gen_text_add(&text, "%s", "");
    while (!at_end(source) && peek(source, 0) != '\n') {
        size_t start = source->at;
        if (comment(source)) {
            gen_text_add(&text, " ");
            continue;
        }
        if (peek(source, 0) == '"')
            quoted(source, false);
        else
            source->at++;
        gen_text_add(&text, "%.*s", (int)(source->at - start), source->text + start);
    }
    bool was_left_out = source->left_out.line != 0;
    follow_conditionals(source, text.data, place_at(source, from));
    if (was_left_out || source->left_out.line)
        return;
    add(source, GEN_TOKEN_DIRECTIVE, from);
    source->tokens[source->count - 1].text = text.data + strspn(text.data, " \t");
}

static bool is_name_char(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || (unsigned char)c >= 0x80;
}

static void word_or_number(struct source *source)
{
    size_t from = source->at;
    char first = peek(source, 0);
    bool number = (first >= '0' && first <= '9') || first == '.';
    while (!at_end(source)) {
        char c = peek(source, 0);
        char before = source->at > from ? source->text[source->at - 1] : '\0';
        bool exponent = number && (c == '+' || c == '-') && before && strchr("eEpP", before);
        if (!is_name_char(c) && !(number && c == '.') && !exponent)
            break;
        source->at++;
    }
    add(source, number ? GEN_TOKEN_NUMBER : GEN_TOKEN_NAME, from);
}

static void token(struct source *source)
{
    char c = peek(source, 0);
    size_t from = source->at;
    if (c == '\n')
        source->line_start = true;
    if (strchr(" \t\r\n\v\f", c) && c) {
        source->at++;
        return;
    }
    if (comment(source))
        return;
    if (c == '#' && source->line_start) {
        directive(source);
        return;
    }
    source->line_start = false;
    if (is_name_char(c) || (c == '.' && peek(source, 1) >= '0' && peek(source, 1) <= '9')) {
        word_or_number(source);
    } else if (c == '"' || c == '\'') {
        quoted(source, true);
        add(source, GEN_TOKEN_STRING, from);
    } else {
        source->at++;
        add(source, GEN_TOKEN_MARK, from);
    }
}

bool gen_tokenize(const char *path, const char *data, size_t size, struct gen_token **tokens,
                  size_t *count)
{
    struct source source = {.path = path, .line_start = true};
    if (size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) { /* a byte order mark */
        data += 3;
        size -= 3;
    }
    join_lines(&source, data, size);
    while (!at_end(&source))
        token(&source);
    if (source.left_out.line) {
        gen_error(source.left_out, "this #if 0 has no end; close it with #endif");
        source.broken = true;
    }
    source.at = source.size;
    add(&source, GEN_TOKEN_END, source.size);
    *tokens = source.tokens;
    *count = source.count;
    return !source.broken;
}

bool gen_token_is_directive(const struct gen_token *token, const char *name)
{
    return token->kind == GEN_TOKEN_DIRECTIVE && word_rest(token->text, name);
}

bool gen_token_is_conditional(const struct gen_token *token)
{
    static const char *const names[] = {"if", "ifdef", "ifndef", "elif", "else", "endif"};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (gen_token_is_directive(token, names[i]))
            return true;
    return false;
}
