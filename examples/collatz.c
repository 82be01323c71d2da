// A library that prints: how many steps until n reaches 1, halving even numbers and turning odd n into 3n + 1.

#include <stdio.h>

__attribute__((export_name("collatz"))) int collatz(unsigned n) {
  int steps = 0;
  for (; n > 1; steps++) n = n % 2 == 0 ? n / 2 : 3 * n + 1;
  printf("%d steps\n", steps);
  fflush(stdout);
  return steps;
}
