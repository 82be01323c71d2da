// Two guests in one file: one sends numbers, the other receives and adds them. Both just call.

#include <stdint.h>

/** Returns once there is room for `value`. */
__attribute__((import_module("queue"), import_name("send"))) void put(int32_t value);
/** Returns the next value, or a negative number when there will be none. */
__attribute__((import_module("queue"), import_name("receive"))) int32_t take(void);

__attribute__((export_name("produce"))) void produce(int32_t count) {
  for (int32_t value = 1; value <= count; value++) put(value);
  put(-1);
}

__attribute__((export_name("consume"))) int32_t consume(void) {
  int32_t sum = 0;
  for (;;) {
    int32_t value = take();
    if (value < 0) return sum;
    sum += value;
  }
}
