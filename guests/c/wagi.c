// A WAGI program that behaves, or misbehaves, as its path says. For tests of the server; natively it is a CGI program.

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* What a request leaves in memory, for the next one to look for. */
static int requests;
static char left[64];
/* What is stored here the compiler cannot leave out. */
static char *volatile kept;

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void head(void) { fputs("Content-Type: text/plain\n\n", stdout); }

static void show_environment(int argc, char **argv) {
  head();
  for (int i = 0; i < argc; i++) printf("argv[%d]=%s\n", i, argv[i]);
  int count = 0;
  while (environ && environ[count]) count++;
  qsort(environ, count, sizeof *environ, by_text);
  for (int i = 0; i < count; i++) printf("%s\n", environ[i]);
}

static void echo(void) {
  static char buffer[65536];
  ssize_t n;
  head();
  fflush(stdout);
  while ((n = read(0, buffer, sizeof buffer)) > 0) {
    for (ssize_t at = 0; at < n;) {
      ssize_t written = write(1, buffer + at, n - at);
      if (written < 0) exit(9);
      at += written;
    }
  }
  if (n < 0) exit(8);
}

static void stream(long kibibytes) {
  char block[1024];
  memset(block, 'x', sizeof block);
  head();
  for (long i = 0; i < kibibytes; i++) fwrite(block, 1, sizeof block, stdout);
}

static void pause_for(long milliseconds) {
  struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  nanosleep(&time, NULL);
}

static void cat(const char *path) {
  FILE *file = fopen(path, "r");
  if (file == NULL) {
    printf("Status: 404\nContent-Type: text/plain\n\nno %s\n", path);
    return;
  }
  char buffer[4096];
  size_t n;
  head();
  while ((n = fread(buffer, 1, sizeof buffer, file)) > 0) fwrite(buffer, 1, n, stdout);
  fclose(file);
}

static void look_for_traces(void) {
  head();
  int writable = open("/trace.txt", O_CREAT | O_WRONLY, 0600);
  if (writable >= 0) write(writable, "x", 1);
  printf("requests=%d left=%s descriptor=%d\n", requests++, left, writable);
  const char *query = getenv("QUERY_STRING");
  strncpy(left, query ? query : "", sizeof left - 1);
  char *more = malloc(1 << 20);
  if (more != NULL) memset(more, 'L', 1 << 20);
}

static int deeper(volatile int depth) { return depth < 0 ? 0 : deeper(depth + 1) + depth; }

static long argument(const char *path, const char *name) {
  size_t length = strlen(name);
  return strncmp(path, name, length) == 0 ? atol(path + length) : -1;
}

int main(int argc, char **argv) {
  const char *path = getenv("PATH_INFO");
  long n;
  if (path == NULL) path = "";
#define IS(name) (strcmp(path, name) == 0)
  if (IS("/env")) show_environment(argc, argv);
  else if (IS("/echo")) echo();
  else if (IS("/traces")) look_for_traces();
  else if (IS("/spin")) for (volatile int i = 0;; i++) {}
  else if (IS("/recurse")) return deeper(0);
  else if (IS("/allocate")) {
    for (;;) {
      char *more = malloc(1 << 20);
      if (more == NULL) __builtin_trap();
      memset(more, 1, 1 << 20);
      kept = more;
    }
  } else if (IS("/trap")) __builtin_trap();
  else if (IS("/trap-later")) {
    head();
    puts("begun");
    fflush(stdout);
    pause_for(20);
    __builtin_trap();
  } else if (IS("/silent")) {
  } else if (IS("/no-head")) fputs("no header at all\n", stdout);
  else if (IS("/no-end")) for (;;) fputs("X-Header: and no empty line\n", stdout);
  else if (IS("/bad-line")) fputs("Content-Type: text/plain\nthis is no header\n\nbody", stdout);
  else if (IS("/bad-name")) fputs("Content-Type: text/plain\nbad name: x\n\nbody", stdout);
  else if (IS("/bad-value")) fputs("Content-Type: text/plain\nX-Bad: a\001b\n\nbody", stdout);
  else if (IS("/insufficient")) fputs("X-Other: 1\n\nbody", stdout);
  else if (IS("/moved")) fputs("Location: /elsewhere\n\n", stdout);
  else if (IS("/crlf")) fputs("Content-Type: text/plain\r\nStatus: 201 Created\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nConnection: close\r\n\r\nbody\r\n", stdout);
  else if (IS("/too-long")) fputs("Content-Type: text/plain\nContent-Length: 3\n\nfour", stdout);
  else if (IS("/too-short")) {
    fputs("Content-Type: text/plain\nContent-Length: 300\n\nfour", stdout);
    fflush(stdout);
    pause_for(20);
  } else if (IS("/noise")) {
    fputs("to the log\n", stderr);
    head();
  } else if (IS("/chance")) {
    unsigned char bytes[8];
    struct timespec now;
    getentropy(bytes, sizeof bytes);
    clock_gettime(CLOCK_REALTIME, &now);
    head();
    for (int i = 0; i < 8; i++) printf("%02x", bytes[i]);
    printf(" %lld.%09ld\n", (long long)now.tv_sec, now.tv_nsec);
  } else if (IS("/forever")) {
    head();
    for (;;) puts("more and more and more");
  } else if ((n = argument(path, "/status/")) >= 0) printf("Status: %ld\n\nbody\n", n);
  else if ((n = argument(path, "/exit/")) >= 0) {
    head();
    puts("bye");
    exit((int)n);
  } else if ((n = argument(path, "/stream/")) >= 0) stream(n);
  else if ((n = argument(path, "/sleep/")) >= 0) {
    pause_for(n);
    head();
    puts("slept");
  } else if ((n = argument(path, "/headers/")) >= 0) {
    fputs("Content-Type: text/plain\n", stdout);
    for (long i = 0; i < n; i++) printf("X-%ld: %ld\n", i, i);
    puts("\nmany");
  } else if ((n = argument(path, "/compute/")) >= 0) {
    unsigned sum = 0;
    for (long i = 0; i < n * 1000; i++) sum = sum * 31 + i;
    head();
    printf("%u\n", sum);
  } else if (strncmp(path, "/cat/", 5) == 0) cat(path + 4);
  else {
    head();
    printf("Hello %s\n", path);
  }
  return 0;
}
