// The container runtime interface, as the kubelet speaks it to containerd.
// Owns the calls that the tests make; fields are those of api.proto.

import { credentials, loadPackageDefinition } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

type Message = Record<string, unknown>;

/** The state of a container that has ended. */
export interface Ended {
  readonly state: string;
  readonly exitCode: number;
  readonly reason: string;
  readonly message: string;
}

export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly mounts?: readonly {
    readonly host: string;
    readonly container: string;
    readonly readonly?: boolean;
  }[];
  /** MiB. */
  readonly memory?: number;
  /** Thousandths of a processor. */
  readonly cpu?: number;
  readonly user?: number;
  readonly readOnlyRoot?: boolean;
  readonly workingDir?: string;
}

export interface Pod {
  readonly id: string;
  readonly config: Message;
}

type Caller = (request: Message, done: (error: Error | null, response: Message) => void) => void;

export class Cri {
  readonly #calls: Record<string, Caller>;
  readonly #close: () => void;
  readonly #logs: string;
  #pods = 0;

  constructor(socket: string, apiProto: string, logs: string) {
    const definition = loadSync(apiProto, { keepCase: true, longs: Number, enums: String, defaults: true });
    const loaded = loadPackageDefinition(definition) as unknown as {
      runtime: {
        v1: {
          RuntimeService: new (
            address: string,
            channel: unknown,
          ) => Record<string, Caller> & { close(): void };
        };
      };
    };
    const client = new loaded.runtime.v1.RuntimeService(`unix://${socket}`, credentials.createInsecure());
    this.#calls = client;
    this.#close = () => client.close();
    this.#logs = logs;
  }

  call(method: string, request: Message): Promise<Message> {
    return new Promise((resolve, reject) => {
      this.#calls[method]?.call(this.#calls, request, (error, response) => {
        if (error === null) resolve(response);
        else reject(error);
      });
    });
  }

  close(): void {
    this.#close();
  }

  async runPod(
    annotations: Record<string, string> = {},
    handler = "wasmeter",
    network: "POD" | "NODE" = "NODE",
  ): Promise<Pod> {
    this.#pods += 1;
    const name = `pod-${this.#pods}`;
    const config = {
      metadata: { name, uid: `uid-${name}`, namespace: "default", attempt: 0 },
      // Those who share the node's network have the node's name.
      hostname: network === "POD" ? name : "",
      log_directory: this.#logs,
      annotations,
      linux: { security_context: { namespace_options: { network } } },
    };
    const response = await this.call("RunPodSandbox", { config, runtime_handler: handler });
    return { id: String(response.pod_sandbox_id), config };
  }

  async create(pod: Pod, spec: ContainerSpec, attempt = 0): Promise<string> {
    const { memory, cpu } = spec;
    const config = {
      metadata: { name: spec.name, attempt },
      image: { image: spec.image },
      command: spec.command ?? [],
      args: spec.args ?? [],
      working_dir: spec.workingDir ?? "",
      envs: Object.entries(spec.env ?? {}).map(([key, value]) => ({ key, value: Buffer.from(value) })),
      mounts: (spec.mounts ?? []).map(({ host, container, readonly = false }) => ({
        host_path: host,
        container_path: container,
        readonly,
      })),
      log_path: `${pod.id}-${spec.name}-${attempt}.log`,
      linux: {
        resources: {
          ...(memory !== undefined && { memory_limit_in_bytes: memory * 2 ** 20 }),
          ...(cpu !== undefined && {
            cpu_period: 100_000,
            cpu_quota: cpu * 100,
            cpu_shares: Math.max(2, (cpu * 1024) / 1000),
          }),
        },
        security_context: {
          readonly_rootfs: spec.readOnlyRoot ?? false,
          ...(spec.user !== undefined && { run_as_user: { value: spec.user } }),
          seccomp: { profile_type: "RuntimeDefault" },
        },
      },
    };
    const response = await this.call("CreateContainer", {
      pod_sandbox_id: pod.id,
      config,
      sandbox_config: pod.config,
    });
    return String(response.container_id);
  }

  async start(id: string): Promise<void> {
    await this.call("StartContainer", { container_id: id });
  }

  async status(id: string): Promise<Ended> {
    const { status } = await this.call("ContainerStatus", { container_id: id });
    const { state, exit_code, reason, message } = status as Record<string, unknown>;
    return {
      state: String(state),
      exitCode: Number(exit_code),
      reason: String(reason),
      message: String(message),
    };
  }

  /** Throws when it has not ended after `timeoutMs`. */
  async ended(id: string, timeoutMs = 30_000): Promise<Ended> {
    for (const deadline = Date.now() + timeoutMs; ; ) {
      const status = await this.status(id);
      if (status.state === "CONTAINER_EXITED") return status;
      if (Date.now() > deadline) throw new Error(`container ${id} is still ${status.state}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async stop(id: string, graceSeconds: number): Promise<void> {
    await this.call("StopContainer", { container_id: id, timeout: graceSeconds });
  }

  async removePod(pod: Pod): Promise<void> {
    await this.call("StopPodSandbox", { pod_sandbox_id: pod.id });
    await this.call("RemovePodSandbox", { pod_sandbox_id: pod.id });
  }

  /** What a failed test left: its shims would outlive containerd, and its ports be in use. */
  async removeAllPods(): Promise<void> {
    const { items } = (await this.call("ListPodSandbox", {})) as { items: { id: string }[] };
    for (const { id } of items) await this.removePod({ id, config: {} });
  }
}
