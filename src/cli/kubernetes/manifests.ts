// What a cluster needs to run an application under Wasmeter, as objects of Kubernetes: RuntimeClass, Deployment, Service.
// Owns the example; how YAML is written is in yaml.ts.

import type { YamlValue } from "./yaml.ts";

export interface ManifestOptions {
  readonly name: string;
  readonly image: string;
  readonly replicas: number;
  readonly memory: string;
  readonly cpu: string;
  /** On which the application listens in its container. */
  readonly port: number;
}

/** Where an application says that it is there. */
const HEALTH = "/.well-known/spin/health";

export function runtimeClass(): YamlValue {
  return {
    apiVersion: "node.k8s.io/v1",
    kind: "RuntimeClass",
    metadata: { name: "wasmeter" },
    handler: "wasmeter",
  };
}

export function deployment({ name, image, replicas, memory, cpu, port }: ManifestOptions): YamlValue {
  const probe = { httpGet: { path: HEALTH, port: "http" } };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, labels: { app: name } },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          runtimeClassName: "wasmeter",
          automountServiceAccountToken: false,
          containers: [
            {
              name,
              image,
              ports: [{ name: "http", containerPort: port }],
              resources: { requests: { memory, cpu }, limits: { memory, cpu } },
              readinessProbe: probe,
              livenessProbe: { ...probe, initialDelaySeconds: 5 },
              securityContext: { runAsNonRoot: true, runAsUser: 65_532, readOnlyRootFilesystem: true },
            },
          ],
        },
      },
    },
  };
}

export function service({ name }: ManifestOptions): YamlValue {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, labels: { app: name } },
    spec: { selector: { app: name }, ports: [{ name: "http", port: 80, targetPort: "http" }] },
  };
}
