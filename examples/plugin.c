// A plugin: the host hands it bytes and gets bytes back.
//
//   alloc(size)          gives the host a place to write its input to
//   process(ptr, len)    works on the input; returns where the result is:
//                        four bytes of length (little-endian), then that many bytes
//   dealloc(ptr)         frees what one of the two returned
//
// This one turns the first letter of every word into a capital.

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

__attribute__((export_name("alloc"))) void *alloc(size_t size) { return malloc(size); }

__attribute__((export_name("dealloc"))) void dealloc(void *block) { free(block); }

__attribute__((export_name("process"))) uint8_t *process(const char *input, uint32_t length) {
  uint8_t *result = malloc(sizeof length + length);
  if (result == NULL) abort();
  memcpy(result, &length, sizeof length);
  uint8_t *text = result + sizeof length;
  for (uint32_t i = 0; i < length; i++) {
    int starts_word = i == 0 || isspace((unsigned char)input[i - 1]);
    text[i] = starts_word ? toupper((unsigned char)input[i]) : input[i];
  }
  return result;
}
