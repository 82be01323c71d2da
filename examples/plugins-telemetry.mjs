// What a pool of plugins tells OpenTelemetry: a span for each call, its logs as events, and metrics by kind of outcome.
//
//   npm run build && node examples/plugins-telemetry.mjs

import { readFile } from "node:fs/promises";
import { SpanStatusCode } from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { PluginPool } from "wasmeter/plugin";

/** An observer for `onEvent`. */
function telemetry(tracer, meter) {
  const calls = meter.createCounter("plugin.calls");
  const fuel = meter.createCounter("plugin.fuel", { unit: "{fuel}" });
  const duration = meter.createHistogram("plugin.duration", { unit: "ms" });
  const instances = meter.createGauge("plugin.instances");
  const spans = new Map();
  return (event) => {
    const span = spans.get(event.call);
    switch (event.type) {
      case "call-start":
        spans.set(
          event.call,
          tracer.startSpan(`plugin ${event.name}`, { attributes: { tenant: event.tenant } }),
        );
        break;
      case "log":
        span?.addEvent(event.entry.message, { level: event.entry.level });
        break;
      case "call-end": {
        const outcome = event.error ?? "ok";
        calls.add(1, { outcome });
        fuel.add(Number(event.fuelConsumed), { tenant: event.tenant });
        duration.record(event.durationMs, { outcome });
        if (event.error !== undefined) span?.setStatus({ code: SpanStatusCode.ERROR, message: event.error });
        span?.end();
        spans.delete(event.call);
        break;
      }
      case "instance":
        instances.record(event.instances);
    }
  };
}

// Exporters that keep what they get; a real one sends it to a collector.
const spans = new InMemorySpanExporter();
const tracing = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: 60_000 });
const measuring = new MeterProvider({ readers: [reader] });

const pool = new PluginPool(await readFile(new URL("misbehaving.wasm", import.meta.url)), {
  fuel: 1_000_000,
  imports: (linker) => linker.func("env", "answer", { params: [], results: ["i32"] }, () => 0),
  onEvent: telemetry(tracing.getTracer("plugins"), measuring.getMeter("plugins")),
});
const calls = ["transform", "transform", "loop"].map((name) => pool.call(name, "text", { tenant: "acme" }));
await Promise.allSettled(calls);
await pool.close();

for (const { name, attributes, status } of spans.getFinishedSpans()) {
  console.log(`${name}, for ${attributes.tenant}: ${status.message ?? "ok"}`);
}
// → plugin transform, for acme: ok
// → plugin transform, for acme: ok
// → plugin loop, for acme: out-of-fuel
await reader.forceFlush();
const [{ scopeMetrics }] = metrics.getMetrics();
const counted = scopeMetrics[0].metrics.find(({ descriptor }) => descriptor.name === "plugin.calls");
console.log(counted.dataPoints.map(({ attributes, value }) => `${attributes.outcome}: ${value}`));
// → [ 'ok: 2', 'out-of-fuel: 1' ]
await measuring.shutdown();
