// A plugin with one function that does what it is asked, and others that misbehave, each in its own way.
// See plugin.c for how host and plugin hand bytes to each other.

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT(name) __attribute__((export_name(#name)))

EXPORT(alloc) void *alloc(size_t size) { return malloc(size); }

/** Upper case. */
EXPORT(transform) uint8_t *transform(const uint8_t *input, uint32_t length) {
  uint8_t *result = malloc(sizeof length + length);
  if (result == NULL) abort();
  memcpy(result, &length, sizeof length);
  for (uint32_t i = 0; i < length; i++) {
    result[sizeof length + i] = input[i] >= 'a' && input[i] <= 'z' ? input[i] - 32 : input[i];
  }
  return result;
}

EXPORT(loop) uint8_t *loop(const uint8_t *input, uint32_t length) {
  for (volatile uint32_t i = 0;; i++) {
  }
}

EXPORT(allocate) uint8_t *allocate(const uint8_t *input, uint32_t length) {
  for (;;) {
    // Volatile, or the compiler leaves out what nobody uses.
    void *volatile block = malloc(1 << 20);
    if (block == NULL) abort();
  }
}

EXPORT(recurse) __attribute__((noinline)) uint8_t *recurse(const uint8_t *input, uint32_t length) {
  volatile uint8_t here = length;
  return recurse(input, length + here) + here;
}

/** Says that its result is of a gigabyte. */
EXPORT(boast) uint8_t *boast(const uint8_t *input, uint32_t length) {
  uint32_t *result = malloc(sizeof *result);
  *result = 1 << 30;
  return (uint8_t *)result;
}

EXPORT(wild) uint8_t *wild(const uint8_t *input, uint32_t length) { return (uint8_t *)0xfffffff0; }

EXPORT(trap) uint8_t *trap(const uint8_t *input, uint32_t length) { __builtin_trap(); }

__attribute__((import_module("env"), import_name("answer"))) uint32_t answer(void);

/** Asks the host, which never answers. */
EXPORT(ask) uint8_t *ask(const uint8_t *input, uint32_t length) { return (uint8_t *)answer(); }
