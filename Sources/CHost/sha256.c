// SPDX-License-Identifier: Apache-2.0
// SHA-256 as FIPS 180-4 describes it. The names of the variables are those of the standard.
#include "chost.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

struct sha256 {
    uint32_t state[8];
    uint64_t length;  // bytes taken so far
    unsigned char block[64];
};

static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
    0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
    0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
    0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
    0xc67178f2,
};

static uint32_t turned(uint32_t x, int n) { return (x >> n) | (x << (32 - n)); }

static void start(struct sha256 *sum) {
    static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memcpy(sum->state, initial, sizeof initial);
    sum->length = 0;
}

static void take_block(uint32_t state[8], const unsigned char *block) {
    uint32_t w[64];
    for (int t = 0; t < 16; t++) {
        const unsigned char *p = block + 4 * t;
        w[t] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    }
    for (int t = 16; t < 64; t++) {
        uint32_t s0 = turned(w[t - 15], 7) ^ turned(w[t - 15], 18) ^ (w[t - 15] >> 3);
        uint32_t s1 = turned(w[t - 2], 17) ^ turned(w[t - 2], 19) ^ (w[t - 2] >> 10);
        w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (int t = 0; t < 64; t++) {
        uint32_t s1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
        uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + round_constants[t] + w[t];
        uint32_t s0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
        uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g, g = f, f = e, e = d + t1;
        d = c, c = b, b = a, a = t1 + t2;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

static void take(struct sha256 *sum, const unsigned char *bytes, size_t length) {
    size_t used = sum->length % 64;
    sum->length += length;
    if (used > 0) {
        size_t part = length < 64 - used ? length : 64 - used;
        memcpy(sum->block + used, bytes, part);
        bytes += part;
        length -= part;
        if (used + part < 64) return;
        take_block(sum->state, sum->block);
    }
    for (; length >= 64; bytes += 64, length -= 64) take_block(sum->state, bytes);
    if (length > 0) memcpy(sum->block, bytes, length);
}

static void finish(struct sha256 *sum, unsigned char digest[32]) {
    static const unsigned char padding[64] = {0x80};
    uint64_t bits = sum->length * 8;
    size_t used = sum->length % 64;
    unsigned char end[8];
    for (int i = 0; i < 8; i++) end[i] = (unsigned char)(bits >> (56 - 8 * i));
    take(sum, padding, used < 56 ? 56 - used : 120 - used);
    take(sum, end, sizeof end);
    for (int i = 0; i < 32; i++) digest[i] = (unsigned char)(sum->state[i / 4] >> (24 - 8 * (i % 4)));
}

void chost_sha256(const void *bytes, size_t length, unsigned char digest[32]) {
    struct sha256 sum;
    start(&sum);
    if (length > 0) take(&sum, bytes, length);
    finish(&sum, digest);
}

int chost_sha256_file(int fd, unsigned char digest[32]) {
    unsigned char buffer[65536];
    struct sha256 sum;
    off_t position = 0;
    start(&sum);
    while (1) {
        ssize_t count = pread(fd, buffer, sizeof buffer, position);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return -1;
        if (count == 0) break;
        take(&sum, buffer, (size_t)count);
        position += count;
    }
    finish(&sum, digest);
    return 0;
}
