
import { checkSeed, makeSubjects } from "./differential.ts";
const from = Number(process.argv[2]), n = Number(process.argv[3]);
const models = JSON.parse(process.argv[4] as string).map((m: object) => ({ name: JSON.stringify(m).replaceAll(":", "="), version: 1, base: 0, ...m }));
const subjects = makeSubjects(models);
const bad = new Map<string, string[]>();
for (let seed = from; seed < from + n; seed++) {
  const { findings } = checkSeed(seed, subjects);
  for (const f of findings) { const k = f.split(/[,:]/)[0] as string; bad.set(k, [...(bad.get(k) ?? []), `${seed} ${f}`]); }
}
for (const [k, l] of bad) console.log(k, l.length, "\n   " + l.slice(0, 4).map((x) => x.slice(0, 250)).join("\n   "));
