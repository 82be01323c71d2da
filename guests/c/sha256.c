// SHA-256 (FIPS 180-4) of the standard's examples and of generated data; argument: kibibytes, default 16.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t round_constants[64];

typedef struct {
  uint32_t state[8];
  uint64_t length;
  uint8_t block[64];
} sha256;

static uint32_t rotate_right(uint32_t x, int n) { return x >> n | x << (32 - n); }

// The first 32 bits of the fractional part of the p-th root of n, by bisection in integers.
static uint32_t root_fraction(uint32_t n, int p) {
  uint64_t low = 0, high = (uint64_t)1 << 36;
  while (high - low > 1) {
    uint64_t middle = (low + high) / 2;
    unsigned __int128 power = middle;
    for (int i = 1; i < p; i++) power *= middle;
    if (power > (unsigned __int128)n << (32 * p)) high = middle; else low = middle;
  }
  return (uint32_t)low;
}

static int is_prime(uint32_t n) {
  for (uint32_t d = 2; d * d <= n; d++)
    if (n % d == 0) return 0;
  return 1;
}

static uint32_t initial_state[8];

static void make_constants(void) {
  int count = 0;
  for (uint32_t n = 2; count < 64; n++) {
    if (!is_prime(n)) continue;
    round_constants[count] = root_fraction(n, 3);
    if (count < 8) initial_state[count] = root_fraction(n, 2);
    count++;
  }
}

static void compress(sha256 *s) {
  uint32_t w[64], v[8];
  for (int i = 0; i < 16; i++)
    w[i] = (uint32_t)s->block[4 * i] << 24 | (uint32_t)s->block[4 * i + 1] << 16 |
           (uint32_t)s->block[4 * i + 2] << 8 | s->block[4 * i + 3];
  for (int i = 16; i < 64; i++) {
    uint32_t a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + w[i - 7] + (rotate_right(a, 7) ^ rotate_right(a, 18) ^ a >> 3) +
           (rotate_right(b, 17) ^ rotate_right(b, 19) ^ b >> 10);
  }
  memcpy(v, s->state, sizeof v);
  for (int i = 0; i < 64; i++) {
    uint32_t t1 = v[7] + (rotate_right(v[4], 6) ^ rotate_right(v[4], 11) ^ rotate_right(v[4], 25)) +
                  ((v[4] & v[5]) ^ (~v[4] & v[6])) + round_constants[i] + w[i];
    uint32_t t2 = (rotate_right(v[0], 2) ^ rotate_right(v[0], 13) ^ rotate_right(v[0], 22)) +
                  ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
    memmove(v + 1, v, 7 * sizeof *v);
    v[4] += t1;
    v[0] = t1 + t2;
  }
  for (int i = 0; i < 8; i++) s->state[i] += v[i];
}

static void update(sha256 *s, const uint8_t *data, size_t length) {
  for (size_t i = 0; i < length; i++) {
    s->block[s->length++ % 64] = data[i];
    if (s->length % 64 == 0) compress(s);
  }
}

static void print_digest(const char *label, const uint8_t *data, size_t length) {
  sha256 s = {.length = 0};
  memcpy(s.state, initial_state, sizeof s.state);
  update(&s, data, length);
  uint64_t bits = s.length * 8;
  update(&s, (const uint8_t[]){0x80}, 1);
  while (s.length % 64 != 56) update(&s, (const uint8_t[]){0}, 1);
  for (int i = 7; i >= 0; i--) update(&s, (const uint8_t[]){(uint8_t)(bits >> 8 * i)}, 1);
  for (int i = 0; i < 8; i++) printf("%08x", s.state[i]);
  printf("  %s\n", label);
}

int main(int argc, char **argv) {
  make_constants();
  print_digest("empty", NULL, 0);
  print_digest("abc", (const uint8_t *)"abc", 3);
  size_t length = (size_t)(argc > 1 ? atoi(argv[1]) : 16) * 1024;
  uint8_t *data = malloc(length);
  if (data == NULL) return 1;
  uint32_t seed = 1;
  for (size_t i = 0; i < length; i++) {
    seed = seed * 1664525 + 1013904223;
    data[i] = (uint8_t)(seed >> 24);
  }
  print_digest("generated", data, length);
  free(data);
  return 0;
}
