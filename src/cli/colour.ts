// Colours and weights of what the command itself says, on terminals that have them. Owns the codes and when they are used.

/** How something is told apart. */
export type Style = "error" | "heading" | "dim" | "good";

const CODES: Readonly<Record<Style, string>> = { error: "1;31", heading: "1", dim: "2", good: "32" };

/** Gives text its style, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

export const PLAIN: Paint = (_, text) => text;

const COLOURED: Paint = (style, text) => `\x1b[${CODES[style]}m${text}\x1b[0m`;

/** As the terminal and its user want it: https://no-color.org, and terminals that call themselves dumb. */
export function paintFor(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): Paint {
  const { NO_COLOR = "", TERM = "" } = env;
  return isTerminal && NO_COLOR === "" && TERM !== "dumb" ? COLOURED : PLAIN;
}
