// SPDX-License-Identifier: Apache-2.0
// hostd-bench-child [--ring FIFO | --quiet]: what the benches have supervised. Its first act is to look at the clock;
// then it writes that time and its pid to FIFO ("ring" in the working folder if none is named) and sleeps for ever.
// Other arguments are those of a supervisor that calls it ./run, and are let pass.
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const char *path = argc > 2 && strcmp(argv[1], "--ring") == 0 ? argv[2] : "ring";
    if (argc < 2 || strcmp(argv[1], "--quiet") != 0) {
        const int64_t ring[2] = {now.tv_sec * INT64_C(1000000000) + now.tv_nsec, getpid()};
        int fifo = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
        if (fifo < 0 || write(fifo, ring, sizeof ring) != sizeof ring) return 1;
        close(fifo);
    }
    for (;;) pause();
}
