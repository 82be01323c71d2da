// Writes plain values as YAML 1.2, in blocks. Owns that subset; reads nothing.

export type YamlValue =
  | string
  | number
  | boolean
  | readonly YamlValue[]
  | { readonly [key: string]: YamlValue };

/** Words that stay text without quotes: nothing that YAML takes for a number, a truth value or null. */
const PLAIN = /^(?!(?:true|false|null|yes|no|on|off|y|n|~)$)[a-z/][\w./:-]*(?<!:)$/i;

function scalar(value: string | number | boolean): string {
  if (typeof value !== "string") return String(value);
  return PLAIN.test(value) ? value : JSON.stringify(value);
}

function isScalar(value: YamlValue): value is string | number | boolean {
  return typeof value !== "object";
}

function lines(value: YamlValue): string[] {
  if (isScalar(value)) return [scalar(value)];
  if (Array.isArray(value)) {
    if (value.length === 0) return ["[]"];
    return value.flatMap((item: YamlValue) =>
      lines(item).map((line, i) => (i === 0 ? `- ${line}` : `  ${line}`)),
    );
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return ["{}"];
  return entries.flatMap(([key, item]) => {
    const inner = lines(item);
    const isEmpty = typeof item === "object" && Object.keys(item).length === 0;
    if (isScalar(item) || isEmpty) return [`${scalar(key)}: ${inner[0]}`];
    return [`${scalar(key)}:`, ...inner.map((line) => `  ${line}`)];
  });
}

/** A document, with a line break at its end. */
export function toYaml(value: YamlValue): string {
  return `${lines(value).join("\n")}\n`;
}
