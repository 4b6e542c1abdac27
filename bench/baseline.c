/* SPDX-License-Identifier: BSD-3-Clause */
#include "baseline.h"

#include <stdio.h>

#ifdef CHI_HAVE_JANSSON

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct bench_baseline {
    json_t *figures; /* an array */
};

/* Whether more than space is left. */
static bool has_more(FILE *file)
{
    int c;
    while ((c = getc(file)) == ' ' || c == '\n' || c == '\r' || c == '\t')
        ;
    if (c != EOF)
        ungetc(c, file);
    return c != EOF;
}

static bool is_figure(const json_t *figure)
{
    return json_is_string(json_object_get(figure, "name")) &&
           json_is_object(json_object_get(figure, "slices"));
}

/* Returns whether all of the file was read. */
static bool read_figures(FILE *file, const char *path, json_t *figures, char error[256])
{
    for (unsigned number = 1; has_more(file); number++) {
        json_error_t problem;
        json_t *figure = json_loadf(file, JSON_DISABLE_EOF_CHECK, &problem);
        if (figure == NULL || !is_figure(figure)) {
            snprintf(error, 256, "%s: object %u is not a figure of --json: %s", path, number,
                     figure == NULL ? problem.text : "name or slices are missing");
            json_decref(figure);
            return false;
        }
        json_array_append_new(figures, figure);
    }
    return true;
}

struct bench_baseline *bench_baseline_read(const char *path, char error[256])
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        snprintf(error, 256, "cannot read %s", path);
        return NULL;
    }
    struct bench_baseline *baseline = malloc(sizeof(*baseline));
    json_t *figures = json_array();
    if (baseline == NULL || figures == NULL)
        abort();
    baseline->figures = figures;
    bool is_whole = read_figures(file, path, figures, error);
    fclose(file);
    if (!is_whole) {
        bench_baseline_free(baseline);
        return NULL;
    }
    return baseline;
}

void bench_baseline_free(struct bench_baseline *baseline)
{
    if (baseline == NULL)
        return;
    json_decref(baseline->figures);
    free(baseline);
}

static bool read_quartiles(const json_t *figure, const char *key, struct bench_quartiles *quartiles)
{
    const json_t *object = json_object_get(figure, key);
    *quartiles = (struct bench_quartiles){
        .low = json_number_value(json_object_get(object, "low")),
        .median = json_number_value(json_object_get(object, "median")),
        .high = json_number_value(json_object_get(object, "high")),
    };
    return json_is_number(json_object_get(object, "median"));
}

static const char *text_of(const json_t *figure, const char *key)
{
    const char *text = json_string_value(json_object_get(figure, key));
    return text != NULL ? text : "";
}

bool bench_baseline_find(const struct bench_baseline *baseline, const char *name,
                         enum bench_cores cores, struct bench_earlier *earlier)
{
    size_t i;
    json_t *figure;
    json_array_foreach(baseline->figures, i, figure)
    {
        if (strcmp(text_of(figure, "name"), name) != 0 ||
            strcmp(text_of(figure, "cores"), bench_cores_name(cores)) != 0 ||
            !read_quartiles(figure, "value", &earlier->value))
            continue;
        earlier->has_floor = read_quartiles(figure, "above_floor_ns", &earlier->above_ns);
        earlier->kept = (unsigned)json_integer_value(
            json_object_get(json_object_get(figure, "slices"), "kept"));
        return true;
    }
    return false;
}

#else

struct bench_baseline *bench_baseline_read(const char *path, char error[256])
{
    (void)path;
    snprintf(error, 256, "this program was built without jansson (Debian: libjansson-dev)");
    return NULL;
}

void bench_baseline_free(struct bench_baseline *baseline)
{
    (void)baseline;
}

bool bench_baseline_find(const struct bench_baseline *baseline, const char *name,
                         enum bench_cores cores, struct bench_earlier *earlier)
{
    (void)baseline, (void)name, (void)cores, (void)earlier;
    return false;
}

#endif
