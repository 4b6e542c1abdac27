/* SPDX-License-Identifier: BSD-3-Clause */
/* Built for another version of the module interface. */
#include <chimaera/container.h>

static int run(struct chi_container *self, uint32_t method, struct chi_task *task,
               struct chi_run_context *rctx)
{
    (void)self, (void)method, (void)task, (void)rctx;
    return 0;
}

static void monitor(struct chi_container *self, enum chi_monitor_mode mode, uint32_t method,
                    struct chi_task *task, struct chi_run_context *rctx)
{
    (void)self, (void)mode, (void)method, (void)task, (void)rctx;
}

static struct chi_task_schema *schema(uint32_t method)
{
    (void)method;
    return NULL;
}

static const struct chi_container_ops ops = {.run = run, .monitor = monitor, .schema = schema};

CHI_API const struct chi_module_descriptor CHI_MODULE_SYMBOL = {
    .magic = CHI_MODULE_MAGIC,
    .abi = 42,
    .name = "test_badabi",
    .version = "0.1.0",
    .container_size = sizeof(struct chi_container),
    .ops = &ops,
};
