// What is counted, and its text in Prometheus' exposition format. Plain data, so that workers can send theirs to be summed.

/** Counters and histograms by name and labels. */
export interface MetricsSnapshot {
  readonly counters: Readonly<Record<string, number>>;
  readonly histograms: Readonly<Record<string, HistogramSnapshot>>;
}

export interface HistogramSnapshot {
  /** Observations up to each bound, and past the last one; not summed up. */
  readonly buckets: readonly number[];
  readonly sum: number;
}

/** Seconds. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

type Kind = "counter" | "gauge" | "histogram";

const FAMILIES: Readonly<Record<string, readonly [kind: Kind, help: string]>> = {
  wasmeter_requests_total: ["counter", "Requests by component and status."],
  wasmeter_request_failures_total: ["counter", "Requests whose guest failed, by component and reason."],
  wasmeter_request_duration_seconds: ["histogram", "From a request's arrival to the end of its answer."],
  wasmeter_queue_seconds: ["histogram", "Time that requests waited for a place."],
  wasmeter_cold_start_seconds: ["histogram", "Duration of requests for which an instance had to be made."],
  wasmeter_fuel_total: ["counter", "Fuel used by guests, by component."],
  wasmeter_guest_memory_bytes_max: ["gauge", "Most memory that one request had at its end, by component."],
  wasmeter_denied_connections_total: [
    "counter",
    "Connections, requests and lookups that guests asked for and were not granted, by component.",
  ],
  wasmeter_requests_running: ["gauge", "Requests that run now."],
  wasmeter_requests_waiting: ["gauge", "Requests that wait for a place now."],
  wasmeter_connections: ["gauge", "Connections that are open now."],
};

/** Only the largest of these is of interest, not their sum. */
const BY_MAXIMUM = "wasmeter_guest_memory_bytes_max";

type Labels = Readonly<Record<string, string>>;

export class Metrics {
  readonly #counters = new Map<string, number>();
  readonly #histograms = new Map<string, { buckets: number[]; sum: number }>();

  add(family: string, labels: Labels, amount = 1): void {
    const key = keyOf(family, labels);
    this.#counters.set(key, (this.#counters.get(key) ?? 0) + amount);
  }

  set(family: string, labels: Labels, value: number): void {
    this.#counters.set(keyOf(family, labels), value);
  }

  atLeast(family: string, labels: Labels, value: number): void {
    const key = keyOf(family, labels);
    this.#counters.set(key, Math.max(this.#counters.get(key) ?? 0, value));
  }

  observe(family: string, labels: Labels, seconds: number): void {
    const key = keyOf(family, labels);
    let histogram = this.#histograms.get(key);
    if (histogram === undefined) {
      histogram = { buckets: new Array<number>(BOUNDS.length + 1).fill(0), sum: 0 };
      this.#histograms.set(key, histogram);
    }
    const at = BOUNDS.findIndex((bound) => seconds <= bound);
    const bucket = at < 0 ? BOUNDS.length : at;
    histogram.buckets[bucket] = (histogram.buckets[bucket] ?? 0) + 1;
    histogram.sum += seconds;
  }

  snapshot(): MetricsSnapshot {
    return {
      counters: Object.fromEntries(this.#counters),
      histograms: Object.fromEntries(
        [...this.#histograms].map(([key, { buckets, sum }]) => [key, { buckets: [...buckets], sum }]),
      ),
    };
  }
}

/** Those of several processes as one. */
export function sumOf(snapshots: readonly MetricsSnapshot[]): MetricsSnapshot {
  const counters: Record<string, number> = {};
  const histograms: Record<string, HistogramSnapshot> = {};
  for (const snapshot of snapshots) {
    for (const [key, value] of Object.entries(snapshot.counters)) {
      const before = counters[key] ?? 0;
      counters[key] = key.startsWith(BY_MAXIMUM) ? Math.max(before, value) : before + value;
    }
    for (const [key, { buckets, sum }] of Object.entries(snapshot.histograms)) {
      const before = histograms[key];
      histograms[key] = {
        buckets: buckets.map((count, k) => count + (before?.buckets[k] ?? 0)),
        sum: sum + (before?.sum ?? 0),
      };
    }
  }
  return { counters, histograms };
}

/** Text format 0.0.4. */
export function metricsText({ counters, histograms }: MetricsSnapshot): string {
  let text = "";
  for (const [family, [kind, help]] of Object.entries(FAMILIES)) {
    const lines: string[] = [];
    for (const [key, value] of Object.entries(counters)) {
      if (familyOf(key) === family) lines.push(`${key} ${value}`);
    }
    for (const [key, histogram] of Object.entries(histograms)) {
      if (familyOf(key) === family) addHistogram(lines, key, histogram);
    }
    if (lines.length === 0) continue;
    text += `# HELP ${family} ${help}\n# TYPE ${family} ${kind}\n${lines.join("\n")}\n`;
  }
  return text;
}

function addHistogram(lines: string[], key: string, { buckets, sum }: HistogramSnapshot): void {
  const family = familyOf(key);
  const labels = key.slice(family.length).replace(/^\{|\}$/g, "");
  const withBound = (bound: string): string => `{${labels === "" ? "" : `${labels},`}le="${bound}"}`;
  let count = 0;
  for (const [k, observed] of buckets.entries()) {
    count += observed;
    lines.push(`${family}_bucket${withBound(k < BOUNDS.length ? String(BOUNDS[k]) : "+Inf")} ${count}`);
  }
  const rest = labels === "" ? "" : `{${labels}}`;
  lines.push(`${family}_sum${rest} ${sum}`, `${family}_count${rest} ${count}`);
}

function keyOf(family: string, labels: Labels): string {
  const text = Object.entries(labels)
    .map(
      ([name, value]) =>
        `${name}="${value.replace(/[\\"\n]/g, (char) => (char === "\n" ? "\\n" : `\\${char}`))}"`,
    )
    .join(",");
  return text === "" ? family : `${family}{${text}}`;
}

function familyOf(key: string): string {
  const at = key.indexOf("{");
  return at < 0 ? key : key.slice(0, at);
}
