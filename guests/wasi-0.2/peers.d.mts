export function startUpstream(): Promise<{ readonly authority: string; stop(): void }>;

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
}

export interface Answered {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly rows?: readonly string[];
  readonly length?: number;
}

export function ask(port: number, request: Asked): Promise<Answered>;
