// Turns its input around, eight bytes at a time; says what is wrong with it; calls a function of the host.

#include "extism.h"

IMPORT("extism:host/user", "shout") address shout(address);

EXPORT("reverse") int32_t reverse(void) {
  uint64_t length = extism_input_length();
  if (length == 0) return 0;
  address output = extism_alloc(length);
  uint64_t i = 0;
  for (; i + 8 <= length; i += 8) {
    extism_store_u64(output + length - 8 - i, __builtin_bswap64(extism_input_load_u64(i)));
  }
  for (; i < length; i++) extism_store_u8(output + length - 1 - i, extism_input_load_u8(i));
  extism_output_set(output, length);
  return 0;
}

EXPORT("refuse") int32_t refuse(void) {
  extism_log_warn(put_text("about to refuse"));
  extism_error_set(put_text("I would rather not"));
  return 1;
}

EXPORT("shouted") int32_t shouted(void) {
  address input = extism_input_offset();
  address copy = extism_alloc(extism_input_length());
  for (uint64_t i = 0; i < extism_input_length(); i++) extism_store_u8(copy + i, extism_load_u8(input + i));
  address answer = shout(copy);
  extism_output_set(answer, extism_length(answer));
  return 0;
}

EXPORT("fetched") int32_t fetched(void) {
  address answer = extism_http_request(put_text("{\"url\":\"http://example.test/data\",\"method\":\"POST\",\"headers\":{\"x-a\":\"b\"}}"), put_text("body"));
  if (extism_http_status_code() != 200) return 2;
  extism_output_set(answer, extism_length(answer));
  return 0;
}
