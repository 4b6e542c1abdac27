#ifndef CHIMAERA_ODD_TASKS_H
#define CHIMAERA_ODD_TASKS_H

#include <chimaera/task.h>
#include <chimaera/vector.h>

#define ODD_SIZE 4032 /* as large as a task can be */

struct odd_put { /* with kPut: names of one and the other */
    uint8_t x;
};

struct chimaera_odd_put_task {
    struct chi_task base;
#define ODD_LATE 1
    IN uint8_t data[ODD_SIZE];
};
#endif
