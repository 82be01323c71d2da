import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import { RuntimeClass } from "kubernetes-models/node.k8s.io/v1/RuntimeClass";
import { Service } from "kubernetes-models/v1/Service";
import { expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { projectRoot } from "./support/cluster.ts";

const MODELS = { RuntimeClass, Deployment, Service };

it.each([
  [[]],
  [
    [
      "--name",
      "no",
      "--image",
      "r.example:5000/shop@sha256:12",
      "--replicas",
      "0",
      "--memory",
      "1Gi",
      "--cpu",
      "2",
      "--port",
      "80",
    ],
  ],
])("what the command prints is valid for the cluster's own models: %j", (options) => {
  const text = execFileSync(
    process.execPath,
    [join(projectRoot, "dist/cli.cjs"), "kubernetes", "manifest", ...options],
    {
      encoding: "utf8",
    },
  );
  const documents = parseAllDocuments(text).map(
    (document) => document.toJS() as { kind: keyof typeof MODELS },
  );
  expect(documents.map(({ kind }) => kind)).toEqual(Object.keys(MODELS));
  for (const document of documents) {
    const model = new MODELS[document.kind](document as never);
    expect(() => model.validate()).not.toThrow();
    // Reading gives what was meant, quotes and all.
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  }
  const [, deployment] = documents as unknown as {
    spec: { template: { spec: { containers: { resources: unknown }[] } } };
  }[];
  if (options.length === 0) {
    expect(deployment!.spec.template.spec.containers[0]!.resources).toEqual({
      requests: { memory: "64Mi", cpu: "100m" },
      limits: { memory: "64Mi", cpu: "100m" },
    });
  }
});
