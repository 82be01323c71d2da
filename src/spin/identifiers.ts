// Names of components and variables: words of letters and digits with a separator, as Spin has them.
// Owns the rule and its messages.

/** What is wrong with a name of words parted by `separator`; `undefined` for a good one. */
function problemOf(name: string, separator: "-" | "_", lowerOnly: boolean): string | undefined {
  const wrong = separator === "-" ? "_" : "-";
  if (name === "") return "a name cannot be empty";
  if (name.includes(wrong)) {
    return `words are parted by '${separator}', not '${wrong}': ${name.replaceAll(wrong, separator)}`;
  }
  if (lowerOnly && name !== name.toLowerCase()) return `it is written in lower case: ${name.toLowerCase()}`;
  for (const word of name.split(separator)) {
    if (word === "") return `'${separator}' must stand between two words`;
    if (!/^[A-Za-z]/.test(word)) return `each word begins with a letter; '${word}' does not`;
    if (!/^[A-Za-z][A-Za-z0-9]*$/.test(word))
      return `words have letters of ASCII and digits only; '${word}' does not`;
    if (!/^([a-z][a-z0-9]*|[A-Z][A-Z0-9]*)$/.test(word)) {
      return `a word is all lower case or all upper case; '${word}' is neither`;
    }
  }
  return undefined;
}

/** Of components, AI models: `my-component`. */
export function kebabProblem(name: string): string | undefined {
  return problemOf(name, "-", false);
}

/** Of variables: `my_variable`. */
export function lowerSnakeProblem(name: string): string | undefined {
  return problemOf(name, "_", true);
}

/** Of stores and databases: either form. */
export function labelProblem(name: string): string | undefined {
  const snake = problemOf(name, "_", false);
  return snake === undefined || problemOf(name, "-", false) === undefined ? undefined : snake;
}
