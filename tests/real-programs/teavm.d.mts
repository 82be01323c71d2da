export function runJava(namespace: object, bytes: Uint8Array): Promise<string>;
