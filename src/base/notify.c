/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/notify.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void chi_notify(const char *format, ...)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *name = secure_getenv("NOTIFY_SOCKET");
    char text[512];
    va_list arguments;

    if (name == NULL || (name[0] != '/' && name[0] != '@') ||
        strlen(name) >= sizeof(address.sun_path))
        return;
    size_t length = strlen(name);
    memcpy(address.sun_path, name, length);
    if (name[0] == '@')
        address.sun_path[0] = '\0'; /* an abstract name, without a final \0 */
    va_start(arguments, format);
    int size = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || size <= 0)
        return;
    sendto(fd, text, (size_t)size < sizeof(text) ? (size_t)size : sizeof(text) - 1,
           MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&address,
           (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
    close(fd);
}
