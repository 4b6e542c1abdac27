/* SPDX-License-Identifier: BSD-3-Clause */
#include "test/json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define STEP_MAX 128u

/* 64-bit numbers without a sign are beyond jansson's integers. */
json_t *chi_test_json_read(const char *json)
{
    return json_loads(json, JSON_DECODE_INT_AS_REAL, NULL);
}

/* One step of a path. */
struct step {
    char name[STEP_MAX];
    char selector[STEP_MAX]; /* between the brackets; "" where there are none */
};

/* Takes the first step off a path. False where it is malformed. */
static bool take_step(const char **path, struct step *step)
{
    size_t size = strcspn(*path, ".[");
    if (size == 0 || size >= STEP_MAX)
        return false;
    memcpy(step->name, *path, size);
    step->name[size] = '\0';
    step->selector[0] = '\0';
    *path += size;
    if (**path == '[') {
        size = strcspn(*path, "]");
        if ((*path)[size] != ']' || size >= STEP_MAX)
            return false;
        memcpy(step->selector, *path + 1, size - 1);
        step->selector[size - 1] = '\0';
        *path += size + 1;
    }
    *path += **path == '.';
    return true;
}

/* Whether `selector` selects this element of a list. */
static bool selects(const char *selector, const json_t *element, size_t index)
{
    const char *equals = strchr(selector, '=');
    if (*selector == '\0')
        return true;
    if (equals == NULL)
        return strtoull(selector, NULL, 10) == index;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)element, key,
                        value) if (strlen(key) == (size_t)(equals - selector) &&
                                   memcmp(key, selector, strlen(key)) == 0 &&
                                   json_is_string(value)) return strcmp(json_string_value(value),
                                                                        equals + 1) == 0;
    return false;
}

static const json_t *first_selected(const json_t *list, const char *selector)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (selects(selector, json_array_get(list, i), i))
            return json_array_get(list, i);
    return NULL;
}

/* What a path leads to. The last step's selector is left to the caller, in `*last`. */
static const json_t *follow(const json_t *value, const char *path, struct step *last)
{
    last->selector[0] = '\0';
    while (value != NULL && *path != '\0') {
        if (last->selector[0] != '\0')
            value = first_selected(value, last->selector);
        if (!take_step(&path, last))
            return NULL;
        value = json_object_get(value, last->name);
    }
    return value;
}

double chi_test_json_number_in(const json_t *root, const char *path)
{
    struct step last;
    const json_t *value = follow(root, path, &last);
    if (last.selector[0] != '\0')
        value = first_selected(value, last.selector);
    return json_is_number(value) ? json_number_value(value) : -1;
}

double chi_test_json_sum_in(const json_t *root, const char *path, const char *key, uint64_t *count)
{
    struct step last;
    const json_t *list = follow(root, path, &last);
    double sum = 0;

    *count = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *element = json_array_get(list, i);
        if (!selects(last.selector, element, i))
            continue;
        ++*count;
        sum += json_number_value(json_object_get(element, key));
    }
    return sum;
}

double chi_test_json_number(const char *json, const char *path)
{
    json_t *root = chi_test_json_read(json);
    double number = chi_test_json_number_in(root, path);
    json_decref(root);
    return number;
}

double chi_test_json_sum(const char *json, const char *path, const char *key, uint64_t *count)
{
    json_t *root = chi_test_json_read(json);
    double sum = chi_test_json_sum_in(root, path, key, count);
    json_decref(root);
    return sum;
}

uint64_t chi_test_json_count(const char *json, const char *path)
{
    uint64_t count;
    chi_test_json_sum(json, path, "", &count);
    return count;
}
