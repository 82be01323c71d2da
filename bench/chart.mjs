// A bar chart as SVG text, legible on light and dark pages. Owns its looks; knows no measurement.

const WIDTH = 720;
const ROW = 30;
const TOP = 44;

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/**
 * Horizontal bars on a logarithmic scale that begins at 1. `text`: what stands behind a bar, its value otherwise.
 * `labels`, `texts`: the room for what stands before and behind the bars.
 */
export function barChart(title, bars, { labels = 170, texts = 70 } = {}) {
  const largest = Math.log10(Math.max(10, ...bars.map(({ value }) => value)));
  const width = (value) => Math.max(2, (Math.log10(Math.max(1, value)) / largest) * (WIDTH - labels - texts));
  const lines = bars.map(
    ({ label, value, text = value.toFixed(1), isOwn = label.startsWith("wasmeter") }, k) => {
      const y = TOP + k * ROW;
      const colour = isOwn ? "#2f6fdb" : "#8a93a3";
      return `  <text x="${labels - 10}" y="${y + 15}" text-anchor="end">${escaped(label)}</text>
  <rect x="${labels}" y="${y}" width="${width(value).toFixed(1)}" height="20" rx="2" fill="${colour}"/>
  <text x="${(labels + width(value) + 8).toFixed(1)}" y="${y + 15}">${escaped(text)}</text>`;
    },
  );
  const height = TOP + bars.length * ROW + 10;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="13" fill="#6b7280" role="img" aria-label="${escaped(title)}">
  <text x="10" y="22" font-weight="600">${escaped(title)}</text>
${lines.join("\n")}
</svg>
`;
}
