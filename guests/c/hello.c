// Prints its arguments and environment; exits with $EXIT_STATUS.
#include <stdio.h>
#include <stdlib.h>

extern char **environ;

int main(int argc, char **argv) {
  printf("Hello from C!\n");
  for (int i = 0; i < argc; i++) printf("argument %d: %s\n", i, argv[i]);
  for (char **entry = environ; *entry != NULL; entry++) printf("environment: %s\n", *entry);
  fprintf(stderr, "%d arguments\n", argc);
  const char *status = getenv("EXIT_STATUS");
  return status == NULL ? 0 : atoi(status);
}
