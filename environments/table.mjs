// Puts tables of what was measured into the documentation, between `<!-- NAME -->` and `<!-- end -->`.

import { readFileSync, writeFileSync } from "node:fs";

const line = (cells) => `| ${cells.join(" | ")} |\n`;

/** The rows of a table's text by their first cells. */
function rowsOf(text) {
  const [, , ...rows] = text.trimEnd().split("\n");
  return new Map(rows.map((row) => [row.split(" | ")[0].slice(2), `${row}\n`]));
}

/**
 * Writes rows, lists of cells, into the table `name` of docs/environments.md. Numbers' columns end in a colon in `rule`.
 * A row that was not measured now stays as it was; `order` has the first cells of all.
 * @throws Error where there is no such table
 */
export function writeTable(name, { header, rule, rows, order }) {
  const url = new URL("../docs/environments.md", import.meta.url);
  const text = readFileSync(url, "utf8");
  const place = new RegExp(`(?<=<!-- ${name} -->\n)[^]*?(?=<!-- end -->)`);
  const before = place.exec(text)?.[0];
  if (before === undefined) throw new Error(`docs/environments.md has no place for the table "${name}"`);
  const kept = rowsOf(before);
  for (const cells of rows) kept.set(cells[0], line(cells));
  const table = order.map((first) => kept.get(first) ?? "");
  writeFileSync(
    url,
    text.replace(place, () => `${line(header)}${rule}\n${table.join("")}`),
  );
}
