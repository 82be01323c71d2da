// Puts tables of what was measured into the documentation, between `<!-- NAME -->` and `<!-- end -->`.

import { readFileSync, writeFileSync } from "node:fs";

/** Rows of cells as Markdown; numbers' columns end in a colon in `rule`. */
const markdown = (header, rule, rows) =>
  `${[`| ${header.join(" | ")} |`, rule, ...rows.map((cells) => `| ${cells.join(" | ")} |`)].join("\n")}\n`;

/** Replaces the table `name` of docs/environments.md. @throws Error where there is none */
export function writeTable(name, { header, rule, rows }) {
  const url = new URL("../docs/environments.md", import.meta.url);
  const text = readFileSync(url, "utf8");
  const place = new RegExp(`(?<=<!-- ${name} -->\n)[^]*?(?=<!-- end -->)`);
  if (!place.test(text)) throw new Error(`docs/environments.md has no place for the table "${name}"`);
  writeFileSync(
    url,
    text.replace(place, () => markdown(header, rule, rows)),
  );
}
