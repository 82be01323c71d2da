// Reads JSON from stdin, prints it indented with sorted keys, then some counts. Exit status 1 on a syntax error.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum { NIL, BOOLEAN, NUMBER, STRING, ARRAY, OBJECT } kind;

typedef struct value {
  kind kind;
  double number;
  char *text;
  char *key;
  struct value **items;
  size_t count;
} value;

static const char *at, *start;
static int depth, deepest, counts[6];

static void fail(const char *what) {
  fflush(stdout);
  fprintf(stderr, "byte %d: %s\n", (int)(at - start), what);
  exit(1);
}

static void *allocate(void *old, size_t size) {
  void *memory = realloc(old, size);
  if (memory == NULL) fail("out of memory");
  return memory;
}

static void skip_space(void) { at += strspn(at, " \t\r\n"); }

static unsigned hex4(void) {
  unsigned code = 0;
  for (int i = 0; i < 4; i++, at++) {
    char c = *at;
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
    if (digit < 0) fail("bad \\u escape");
    code = code * 16 + (unsigned)digit;
  }
  return code;
}

static char *put_utf8(char *to, unsigned code) {
  if (code < 0x80) {
    *to++ = (char)code;
  } else if (code < 0x800) {
    *to++ = (char)(0xc0 | code >> 6);
    *to++ = (char)(0x80 | (code & 63));
  } else if (code < 0x10000) {
    *to++ = (char)(0xe0 | code >> 12);
    *to++ = (char)(0x80 | (code >> 6 & 63));
    *to++ = (char)(0x80 | (code & 63));
  } else {
    *to++ = (char)(0xf0 | code >> 18);
    *to++ = (char)(0x80 | (code >> 12 & 63));
    *to++ = (char)(0x80 | (code >> 6 & 63));
    *to++ = (char)(0x80 | (code & 63));
  }
  return to;
}

static char *parse_string(void) {
  if (*at++ != '"') fail("string expected");
  size_t room = 1;
  for (const char *p = at; *p != '\0' && *p != '"'; p += *p == '\\' && p[1] != '\0' ? 2 : 1) room += 4;
  char *text = allocate(NULL, room), *to = text;
  while (*at != '"') {
    if ((unsigned char)*at < 0x20) fail("unterminated string");
    if (*at != '\\') {
      *to++ = *at++;
      continue;
    }
    at++;
    static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
    const char *known = *at == '\0' ? NULL : strchr(from, *at);
    if (known != NULL) {
      *to++ = into[known - from];
      at++;
    } else if (*at == 'u') {
      at++;
      unsigned code = hex4();
      if (code >= 0xd800 && code < 0xdc00) {
        if (at[0] != '\\' || at[1] != 'u') fail("lone surrogate");
        at += 2;
        code = 0x10000 + ((code - 0xd800) << 10) + (hex4() - 0xdc00);
      }
      to = put_utf8(to, code);
    } else {
      fail("bad escape");
    }
  }
  at++;
  *to = '\0';
  return text;
}

static value *parse(void);

static void parse_items(value *parent, char close) {
  size_t room = 0;
  at++;
  skip_space();
  if (*at == close) {
    at++;
    return;
  }
  for (;;) {
    char *key = NULL;
    skip_space();
    if (close == '}') {
      key = parse_string();
      skip_space();
      if (*at++ != ':') fail("':' expected");
    }
    value *item = parse();
    item->key = key;
    if (parent->count == room) {
      room = room == 0 ? 4 : 2 * room;
      parent->items = allocate(parent->items, room * sizeof *parent->items);
    }
    parent->items[parent->count++] = item;
    skip_space();
    if (*at == close) break;
    if (*at++ != ',') fail("',' expected");
  }
  at++;
}

static value *parse(void) {
  value *result = allocate(NULL, sizeof *result);
  memset(result, 0, sizeof *result);
  if (++depth > deepest) deepest = depth;
  if (depth > 200) fail("nested too deeply");
  skip_space();
  if (*at == '{' || *at == '[') {
    result->kind = *at == '{' ? OBJECT : ARRAY;
    parse_items(result, *at == '{' ? '}' : ']');
  } else if (*at == '"') {
    result->kind = STRING;
    result->text = parse_string();
  } else if (strncmp(at, "null", 4) == 0) {
    at += 4;
  } else if (strncmp(at, "true", 4) == 0 || strncmp(at, "false", 5) == 0) {
    result->kind = BOOLEAN;
    result->number = *at == 't';
    at += *at == 't' ? 4 : 5;
  } else if (*at == '-' || (*at >= '0' && *at <= '9')) {
    char *end;
    result->kind = NUMBER;
    result->number = strtod(at, &end);
    at = end;
  } else {
    fail("value expected");
  }
  counts[result->kind]++;
  depth--;
  return result;
}

static int by_key(const void *a, const void *b) {
  return strcmp((*(value *const *)a)->key, (*(value *const *)b)->key);
}

static void print_string(const char *text) {
  putchar('"');
  for (; *text != '\0'; text++) {
    if (*text == '"' || *text == '\\') printf("\\%c", *text);
    else if (*text == '\n') printf("\\n");
    else if ((unsigned char)*text < 0x20) printf("\\u%04x", *text);
    else putchar(*text);
  }
  putchar('"');
}

static void print(const value *v, int indent) {
  switch (v->kind) {
    case NIL: printf("null"); break;
    case BOOLEAN: printf(v->number != 0 ? "true" : "false"); break;
    case NUMBER: printf("%.15g", v->number); break;
    case STRING: print_string(v->text); break;
    case ARRAY:
    case OBJECT:
      putchar(v->kind == ARRAY ? '[' : '{');
      if (v->kind == OBJECT) qsort(v->items, v->count, sizeof *v->items, by_key);
      for (size_t i = 0; i < v->count; i++) {
        printf("%s\n%*s", i == 0 ? "" : ",", indent + 2, "");
        if (v->kind == OBJECT) {
          print_string(v->items[i]->key);
          printf(": ");
        }
        print(v->items[i], indent + 2);
      }
      if (v->count > 0) printf("\n%*s", indent, "");
      putchar(v->kind == ARRAY ? ']' : '}');
  }
}

int main(void) {
  size_t length = 0, room = 1024;
  char *text = allocate(NULL, room);
  size_t got;
  while ((got = fread(text + length, 1, room - length - 1, stdin)) > 0) {
    length += got;
    if (room - length < 512) text = allocate(text, room *= 2);
  }
  text[length] = '\0';
  start = at = text;
  value *root = parse();
  skip_space();
  if (*at != '\0') fail("end of input expected");
  print(root, 0);
  printf("\ndepth %d, null %d, boolean %d, number %d, string %d, array %d, object %d\n", deepest,
         counts[NIL], counts[BOOLEAN], counts[NUMBER], counts[STRING], counts[ARRAY], counts[OBJECT]);
  return 0;
}
