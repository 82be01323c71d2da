// Counts vowels, in this call and in all so far; config names others than the usual ones.

#include "extism.h"

static char vowels[64] = "aeiouAEIOU";
static char text[256];

static char *decimal(char *end, uint64_t value) {
  *--end = 0;
  do *--end = '0' + value % 10; while (value /= 10);
  return end;
}

EXPORT("count_vowels") int32_t count_vowels(void) {
  address configured = extism_config_get(put_text("vowels"));
  if (configured != 0) vowels[take(configured, vowels, sizeof vowels - 1)] = 0;
  uint64_t count = 0;
  uint64_t length = extism_input_length();
  for (uint64_t i = 0; i < length; i++) {
    uint8_t letter = extism_input_load_u8(i);
    if (letter != 0 && strchr(vowels, letter)) count++;
  }
  uint64_t total = count;
  address before = extism_var_get(put_text("total"));
  if (before != 0) total += extism_load_u64(before);
  address after = extism_alloc(8);
  extism_store_u64(after, total);
  extism_var_set(put_text("total"), after);
  char number[24];
  strcpy(text, "{\"count\":");
  strcat(text, decimal(number + sizeof number, count));
  strcat(text, ",\"total\":");
  strcat(text, decimal(number + sizeof number, total));
  strcat(text, "}");
  output_text(text);
  return 0;
}

EXPORT("forget") int32_t forget(void) {
  extism_var_set(put_text("total"), 0);
  return 0;
}
