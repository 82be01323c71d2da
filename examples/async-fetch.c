// A guest that fetches a page as if fetching were an ordinary call. It knows nothing of promises.

#include <ctype.h>
#include <stdint.h>

/** Writes at most `room` bytes of the page to `into`; returns how many. */
__attribute__((import_module("env"), import_name("fetch"))) uint32_t fetch(const char *url, uint32_t length,
                                                                           char *into, uint32_t room);

static char url[1024];
static char page[65536];

__attribute__((export_name("url"))) char *url_buffer(void) { return url; }

__attribute__((export_name("count_words"))) uint32_t count_words(uint32_t url_length) {
  uint32_t length = fetch(url, url_length, page, sizeof page);
  uint32_t words = 0;
  int inside = 0;
  for (uint32_t i = 0; i < length; i++) {
    int is_space = isspace((unsigned char)page[i]) != 0;
    words += inside == 0 && !is_space;
    inside = !is_space;
  }
  return words;
}
