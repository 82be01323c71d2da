// A guest that only computes, and says nothing meanwhile.

#include <stdint.h>

__attribute__((export_name("count_primes"))) uint32_t count_primes(uint32_t below) {
  uint32_t count = 0;
  for (uint32_t n = 2; n < below; n++) {
    uint32_t divisor = 2;
    while (divisor * divisor <= n && n % divisor != 0) divisor++;
    count += divisor * divisor > n;
  }
  return count;
}

__attribute__((export_name("never_ends"))) void never_ends(void) {
  for (;;) {
  }
}
