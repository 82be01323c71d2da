// A plugin as large as real ones in C are: it reports what a text has in it, with the C library's regular expressions, numbers,
// mathematics, dates, wide characters, sorting, searching, scanning and printing. By the ABI of `alloc` and a length-prefixed result.
#include <ctype.h>
#include <fnmatch.h>
#include <math.h>
#include <regex.h>
#include <search.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>
#include <wctype.h>

#define EXPORT(name) __attribute__((export_name(name)))
enum { MOST_WORDS = 4096, REPORT = 4096 };

static char *words[MOST_WORDS];
static struct {
  uint32_t length;
  char text[REPORT];
} report;

EXPORT("alloc") void *allocate(size_t size) { return malloc(size + 1); }

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void say(const char *format, ...) {
  va_list args;
  va_start(args, format);
  report.length += vsnprintf(report.text + report.length, REPORT - report.length, format, args);
  va_end(args);
}

static int count_matches(const char *pattern, const char *text) {
  regex_t regex;
  regmatch_t found;
  int count = 0;
  if (regcomp(&regex, pattern, REG_EXTENDED | REG_ICASE) != 0) return -1;
  for (; regexec(&regex, text, 1, &found, 0) == 0 && found.rm_eo > 0; text += found.rm_eo) count++;
  regfree(&regex);
  return count;
}

static int count_upper(const char *text) {
  int upper = 0;
  wchar_t c;
  mbstate_t state = {0};
  for (size_t size; *text != 0 && (size = mbrtowc(&c, text, 4, &state)) < 5; text += size) {
    upper += iswupper(c) && towlower(c) != (wint_t)c;
  }
  return upper;
}

static void say_numbers(int count) {
  double sum = 0, squares = 0, product = 0;
  int numbers = 0, year, month, day;
  for (int k = 0; k < count; k++) {
    char *end;
    struct tm date = {0};
    char text[64];
    if (sscanf(words[k], "%4d-%2d-%2d", &year, &month, &day) == 3) {
      date.tm_year = year - 1900, date.tm_mon = month - 1, date.tm_mday = day;
      time_t seconds = timegm(&date);
      strftime(text, sizeof text, "%A, %d %B %Y, week %V", gmtime(&seconds));
      say("date %s\n", text);
      continue;
    }
    double number = strtod(words[k], &end);
    if (end == words[k]) continue;
    numbers++, sum += number, squares += number * number, product += log(fabs(number) + 1);
  }
  double mean = numbers == 0 ? 0 : sum / numbers;
  say("numbers %d, mean %.6g, deviation %.6g\n", numbers, mean, sqrt(fabs(squares - sum * mean)));
  say("%La %e %g %g\n", (long double)mean, exp(-mean), pow(fabs(mean), 0.25), lgamma(fabs(product) + 1) + sin(mean) + atan(mean));
}

EXPORT("process") void *process(char *text, size_t length) {
  report.length = 0;
  text[length] = 0;
  say("addresses %d, upper %d\n", count_matches("[[:alnum:]._]+@[a-z.]+\\.[a-z]{2,}", text), count_upper(text));
  int count = 0, distinct = 0, shouted = 0;
  for (char *word = strtok(text, " \t\n"); word != NULL && count < MOST_WORDS; word = strtok(NULL, " \t\n")) {
    shouted += fnmatch("*[!.?]!", word, 0) == 0;
    words[count++] = word;
  }
  qsort(words, count, sizeof *words, by_text);
  void *tree = NULL;
  for (int k = 0; k < count; k++) {
    if (tfind(words[k], &tree, (int (*)(const void *, const void *))strcmp) != NULL) continue;
    tsearch(words[k], &tree, (int (*)(const void *, const void *))strcmp);
    distinct++;
  }
  say("words %d, distinct %d, shouted %d, first %s\n", count, distinct, shouted, count > 0 ? words[0] : "");
  say_numbers(count);
  return &report;
}
