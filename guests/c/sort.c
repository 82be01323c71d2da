// 64-bit integer arithmetic of every kind, then qsort and bsearch over its results; argument: how many, default 2000.
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t state = 0x9e3779b97f4a7c15u;

static uint64_t next(void) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return state * 0x2545f4914f6cdd1du;
}

static int ascending(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static uint64_t mix(uint64_t sum, uint64_t x) { return (sum << 7 | sum >> 57) ^ x; }

int main(int argc, char **argv) {
  size_t count = (size_t)(argc > 1 ? atoi(argv[1]) : 2000);
  int64_t *numbers = malloc(count * sizeof *numbers);
  if (numbers == NULL) return 1;
  uint64_t sum = 0;
  for (size_t i = 0; i < count; i++) {
    uint64_t a = next(), b = next() >> (a & 63);
    int64_t x = (int64_t)a, y = (int64_t)b;
    sum = mix(sum, a + b);
    sum = mix(sum, a - b);
    sum = mix(sum, a * b);
    if (b != 0) {
      sum = mix(sum, a / b);
      sum = mix(sum, a % b);
      if (!(x == INT64_MIN && y == -1)) {
        sum = mix(sum, (uint64_t)(x / y));
        sum = mix(sum, (uint64_t)(x % y));
      }
    }
    sum = mix(sum, a << (b & 63));
    sum = mix(sum, a >> (b & 63));
    sum = mix(sum, (uint64_t)(x >> (b & 63)));
    sum = mix(sum, (uint64_t)__builtin_popcountll(a) + (uint64_t)(a == 0 ? 64 : __builtin_clzll(a)) +
                       (uint64_t)(a == 0 ? 64 : __builtin_ctzll(a)));
    sum = mix(sum, (uint64_t)(x < y) + 2 * (uint64_t)(a < b) + 4 * (uint64_t)(x <= y) + 8 * (uint64_t)(a >= b));
    sum = mix(sum, (uint64_t)(int64_t)(double)(x >> 12));
    sum = mix(sum, (uint64_t)(double)(a >> 12));
    sum = mix(sum, (uint64_t)(int64_t)(int32_t)x ^ (uint64_t)(int64_t)(int16_t)y ^ (uint64_t)(int64_t)(int8_t)x);
    numbers[i] = (int64_t)(sum ^ a);
  }
  printf("checksum: %016" PRIx64 "\n", sum);
  qsort(numbers, count, sizeof *numbers, ascending);
  size_t disorder = 0, found = 0;
  for (size_t i = 1; i < count; i++) disorder += numbers[i - 1] > numbers[i];
  for (size_t i = 0; i < count; i += 7)
    found += bsearch(&numbers[i], numbers, count, sizeof *numbers, ascending) != NULL;
  printf("out of order: %zu, found: %zu\n", disorder, found);
  for (size_t i = 0; i < count; i += count / 8 + 1) printf("%zu: %" PRId64 "\n", i, numbers[i]);
  free(numbers);
  return 0;
}
