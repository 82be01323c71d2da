// Writes, appends to, reads back and removes a file in the directory named by its first argument.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *open_or_exit(const char *path, const char *mode) {
  FILE *file = fopen(path, mode);
  if (file == NULL) {
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
    exit(1);
  }
  return file;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: file DIRECTORY\n");
    return 2;
  }
  char path[1024], renamed[1024];
  snprintf(path, sizeof path, "%s/written-by-c.txt", argv[1]);
  snprintf(renamed, sizeof renamed, "%s/renamed-by-c.txt", argv[1]);

  FILE *file = open_or_exit(path, "w");
  for (int i = 1; i <= 5; i++) fprintf(file, "line %d\n", i);
  if (fclose(file) != 0) return 1;

  file = open_or_exit(path, "a");
  fputs("appended\n", file);
  fclose(file);

  file = open_or_exit(path, "r+");
  fseek(file, 5, SEEK_SET);
  fputc('#', file);
  fseek(file, 0, SEEK_END);
  printf("size: %ld\n", ftell(file));
  rewind(file);
  char line[64];
  while (fgets(line, sizeof line, file) != NULL) fputs(line, stdout);
  printf("at end: %d\n", feof(file) != 0);
  fclose(file);

  if (rename(path, renamed) != 0) perror("rename");
  file = fopen(path, "r");
  printf("old name: %s\n", file == NULL ? strerror(errno) : "still there");
  if (remove(renamed) != 0) perror("remove");
  file = fopen(renamed, "r");
  printf("removed: %s\n", file == NULL ? strerror(errno) : "still there");
  return 0;
}
