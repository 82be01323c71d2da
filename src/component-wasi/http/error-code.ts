// `wasi:http/types.error-code`, and how failures get there.

interface FieldSize {
  readonly fieldName?: string | undefined;
  readonly fieldSize?: number | undefined;
}

/** The codes that carry something, and what; see the WIT for what each means. */
interface Payloads {
  "DNS-error": { readonly rcode?: string | undefined; readonly infoCode?: number | undefined };
  "TLS-alert-received": { readonly alertId?: number | undefined; readonly alertMessage?: string | undefined };
  "HTTP-request-body-size": bigint | undefined;
  "HTTP-request-header-section-size": number | undefined;
  "HTTP-request-header-size": FieldSize | undefined;
  "HTTP-request-trailer-section-size": number | undefined;
  "HTTP-request-trailer-size": FieldSize;
  "HTTP-response-header-section-size": number | undefined;
  "HTTP-response-header-size": FieldSize;
  "HTTP-response-body-size": bigint | undefined;
  "HTTP-response-trailer-section-size": number | undefined;
  "HTTP-response-trailer-size": FieldSize;
  "HTTP-response-transfer-coding": string | undefined;
  "HTTP-response-content-coding": string | undefined;
  "internal-error": string | undefined;
}

type Bare =
  | "DNS-timeout"
  | "destination-not-found"
  | "destination-unavailable"
  | "destination-IP-prohibited"
  | "destination-IP-unroutable"
  | "connection-refused"
  | "connection-terminated"
  | "connection-timeout"
  | "connection-read-timeout"
  | "connection-write-timeout"
  | "connection-limit-reached"
  | "TLS-protocol-error"
  | "TLS-certificate-error"
  | "HTTP-request-denied"
  | "HTTP-request-length-required"
  | "HTTP-request-method-invalid"
  | "HTTP-request-URI-invalid"
  | "HTTP-request-URI-too-long"
  | "HTTP-response-incomplete"
  | "HTTP-response-timeout"
  | "HTTP-upgrade-failed"
  | "HTTP-protocol-error"
  | "loop-detected"
  | "configuration-error";

/** All 39 codes. */
export type HttpErrorCode =
  | { readonly tag: Bare }
  | {
      readonly [Tag in keyof Payloads]: undefined extends Payloads[Tag]
        ? { readonly tag: Tag; readonly val?: Payloads[Tag] }
        : { readonly tag: Tag; readonly val: Payloads[Tag] };
    }[keyof Payloads];
