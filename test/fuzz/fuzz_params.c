/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text into create parameters: the first byte is the member, the rest the text. What is taken can
 * be saved, loaded and is the same; what is refused leaves the parameters as they were. Also pool
 * queries: text that is understood means the same after a way through text.
 */
#include "fuzz.h"

#include "chimaera/archive.h"
#include "chimaera/params.h"
#include "chimaera/pool_query.h"
#include "task/schema.h"

#include "unit/task/fake_memory.h"
#include "unit/task/fake_schema.h"

static void set(const char *member, const char *text)
{
    struct everything params = {.u32 = 5, .i64 = -5};
    struct everything copy = {0};
    struct chi_string archive = {0};
    MUST(chi_string_set(&params.name, "a name that was there before the text came in") == 0);
    struct everything before = params;
    if (chi_params_set(&everything_schema, &params, member, text) < 0) {
        MUST(memcmp(&params, &before, sizeof params) == 0);
        MUST(chi_last_error()[0] != '\0');
    } else {
        MUST(chi_params_save(&everything_schema, &params, &archive) == 0);
        MUST(chi_params_load(&everything_schema, &archive, &copy) == 0);
        MUST(chi_schema_difference(&everything_schema, &params, &copy, CHI_DIRECTION_ALL) == NULL);
    }
    chi_string_fini(&archive);
    chi_params_fini(&everything_schema, &copy);
    chi_params_fini(&everything_schema, &params);
}

static void parse_query(const char *text)
{
    chi_pool_query_t query, again;
    char formatted[CHI_POOL_QUERY_TEXT_SIZE];
    if (chi_pool_query_parse(text, &query) < 0)
        return;
    MUST(chi_pool_query_parse(chi_pool_query_format(query, formatted), &again) == 0);
    MUST(memcmp(&query, &again, sizeof query) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fake_set_up(NULL);
    if (size == 0)
        return 0;
    size_t count = everything_schema.member_count;
    size_t index = data[0] % (count + 2);
    char *text = malloc(size);
    MUST(text);
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    if (index == count)
        parse_query(text);
    else
        set(index > count ? text : everything_schema.members[index].name, text);
    free(text);
    MUST(fake_live == 0);
    return 0;
}
