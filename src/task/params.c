/* SPDX-License-Identifier: BSD-3-Clause */
/* Create parameters as archives: what Create's callers send and its handler reads. Any thread. */
#include "chimaera/params.h"
#include "chimaera/archive.h"
#include "chimaera/status.h"
#include "task/schema.h"

int chi_params_save(const struct chi_schema *schema, const void *params, struct chi_string *archive)
{
    struct chi_string fresh = {0};
    int rc = chi_archive_save(schema, params, CHI_DIRECTION_ALL, &fresh);
    if (rc)
        return rc;
    chi_string_fini(archive);
    *archive = fresh;
    return 0;
}

int chi_params_load(const struct chi_schema *schema, const struct chi_string *archive, void *params)
{
    struct chi_view view = chi_string_view(archive);
    if (view.size != archive->bytes.size)
        return chi_error(CHI_EARCHIVE, "the parameters of %s lie in no mapped memory",
                         schema->name);
    if (view.size == 0)
        return 0;
    return chi_archive_load(schema, params, CHI_DIRECTION_ALL, view.data, view.size);
}

void chi_params_fini(const struct chi_schema *schema, void *params)
{
    chi_schema_fini(schema, params, CHI_DIRECTION_ALL);
}
