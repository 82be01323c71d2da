// The resource `fields` of wasi:http: headers and trailers, with the rules of what a guest may put there.

import { ComponentError } from "../../component/api/component-error.ts";
import { disposeSymbol } from "../../host.ts";
import { encodeUtf8 } from "../../utf8.ts";
import { brokenContract, noFailure } from "../error-codes.ts";
import { HostResource, resource } from "../resource.ts";
import type { WasiState } from "../state.ts";
import type { Field } from "./transport.ts";

type HeaderError = { readonly tag: "invalid-syntax" | "forbidden" | "immutable" };

/** Fields that are the connection's, and none of the guest's; as Wasmtime has them. They are also taken out of what arrives. */
const FORBIDDEN: ReadonlySet<string> = new Set([
  "connection",
  "host",
  "http2-settings",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);

/** RFC 9110, 5.6.2: a token. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Bytes of all names and values, and 32 for each field, as HTTP/2 counts; more traps. */
const MAX_FIELDS_BYTES = 131_072;
const FIELD_OVERHEAD = 32;
/** What a field takes on the host's heap beside its name and value, which are there too while they are short. */
const FIELD_BYTES = 288;

export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** RFC 9110, 5.5: no control characters but the tab. */
function isValue(value: Uint8Array): boolean {
  return value.every((byte) => (byte >= 32 && byte !== 127) || byte === 9);
}

/** Fields without those that are the connection's: what a guest gets to see. */
export function visibleFields(fields: readonly Field[]): Field[] {
  return fields.filter(([name]) => !FORBIDDEN.has(name));
}

/** The resource `fields`, as far as 0.2 and 0.3 have it alike. Names are in lower case. */
export abstract class AnyFields extends HostResource {
  #list: Field[];
  #bytes = 0;
  /** Counted on the host's heap. */
  #held = 0;
  readonly #isImmutable: boolean;

  constructor(state: WasiState, list: readonly Field[] = [], isImmutable = false) {
    super(state);
    this.#isImmutable = isImmutable;
    this.#list = [...list];
    for (const [name, value] of list) this.#bytes += sizeOf(name, value);
    if (!isImmutable && this.#bytes > MAX_FIELDS_BYTES) throw this.tooLarge("fields: more than 128 KiB");
    this.#account();
  }

  /** `list<list<u8>>`: empty for a name that is none, too. Each look through the fields charges their number. */
  get(name: string): Uint8Array[] {
    const wanted = name.toLowerCase();
    this.#charge();
    return this.#list.filter(([each]) => each === wanted).map(([, value]) => value);
  }

  has(name: string): boolean {
    const wanted = name.toLowerCase();
    this.#charge();
    return this.#list.some(([each]) => each === wanted);
  }

  set(name: string, values: readonly Uint8Array[]): void {
    const added = values.map((value) => this.#checked(name, value));
    this.#change(checkedName(name), added);
  }

  delete(name: string): void {
    this.#change(checkedName(name), []);
  }

  append(name: string, value: Uint8Array): void {
    const field = this.#checked(name, value);
    this.#throwIfImmutable();
    this.#add(field);
  }

  /** @internal The fields as a transport has them. */
  get list(): readonly Field[] {
    return this.#list;
  }

  #change(name: string, added: readonly Field[]): void {
    this.#throwIfImmutable();
    this.#charge();
    const kept: Field[] = [];
    for (const field of this.#list) {
      if (field[0] === name) this.#bytes -= sizeOf(field[0], field[1]);
      else kept.push(field);
    }
    this.#list = kept;
    this.#account();
    for (const field of added) this.#add(field);
  }

  #add(field: Field): void {
    this.#bytes += sizeOf(field[0], field[1]);
    if (this.#bytes > MAX_FIELDS_BYTES) throw this.tooLarge("fields: more than 128 KiB");
    this.#list.push(field);
    this.#account();
  }

  /** What is thrown where there is too much. */
  protected get tooLarge(): (what: string) => Error {
    return brokenContract;
  }

  /** Counts what it takes now. @throws {@link tooLarge} where that does not fit */
  #account(): void {
    const { hostHeap } = this.state;
    const bytes = this.#bytes + FIELD_BYTES * this.#list.length;
    if (bytes > this.#held && !hostHeap.tryTake(bytes - this.#held))
      throw this.tooLarge("fields: more than the store's hostHeapBytes leave");
    if (bytes < this.#held) hostHeap.release(this.#held - bytes);
    this.#held = bytes;
  }

  /** It counts no more: the guest has dropped it, or whoever it was given to has. */
  override [disposeSymbol](): void {
    this.state.hostHeap.release(this.#held);
    this.#held = 0;
  }

  #checked(name: string, value: Uint8Array): Field {
    const checked = checkedName(name);
    if (!isValue(value)) throw headerError("invalid-syntax");
    this.state.meter.charge("perHostByte", name.length + value.length);
    return [checked, value.slice()];
  }

  #charge(): void {
    this.state.meter.charge("perElement", this.#list.length);
  }

  #throwIfImmutable(): void {
    if (this.#isImmutable) throw headerError("immutable");
  }
}

/** All of the fields. Charges their number. */
export function entriesOf({ state, list }: AnyFields): [string, Uint8Array][] {
  state.meter.charge("perElement", list.length);
  return list.map(([name, value]) => [name, value]);
}

/** The resource `fields` of 0.2. More than 128 KiB, or than the store's `hostHeapBytes` leave, trap. */
export class Fields extends AnyFields {
  static {
    resource(noFailure, Fields, AnyFields);
  }

  entries(): [string, Uint8Array][] {
    return entriesOf(this);
  }

  /** A copy, which can be changed. */
  clone(): Fields {
    return new Fields(this.state, entriesOf(this));
  }
}

/** A message that fields are given to, and which holds them as long as the guest, or who sends it, holds the message. */
export abstract class FieldsOwner extends HostResource {
  #owned: AnyFields[] | undefined = [];

  /** @internal */
  own(fields: AnyFields): void {
    if (this.#owned === undefined) fields[disposeSymbol]();
    else this.#owned.push(fields);
  }

  override [disposeSymbol](): void {
    for (const fields of this.#owned ?? []) fields[disposeSymbol]();
    this.#owned = undefined;
  }
}

/** `fields.from-list`. */
export function fieldsFromList(
  state: WasiState,
  entries: readonly (readonly [string, Uint8Array])[],
): Fields {
  return new Fields(state, listOfEntries(state, entries));
}

/** A guest's list of fields. @throws ComponentError for what cannot be one */
export function listOfEntries(
  state: WasiState,
  entries: readonly (readonly [string, Uint8Array])[],
): Field[] {
  state.meter.charge("perElement", entries.length);
  return entries.map(([name, value]): Field => {
    if (!isValue(value)) throw headerError("invalid-syntax");
    return [checkedName(name), value];
  });
}

function checkedName(name: string): string {
  if (!isToken(name)) throw headerError("invalid-syntax");
  const lower = name.toLowerCase();
  if (FORBIDDEN.has(lower)) throw headerError("forbidden");
  return lower;
}

function headerError(tag: HeaderError["tag"]): ComponentError<HeaderError> {
  return new ComponentError<HeaderError>({ tag });
}

function sizeOf(name: string, value: Uint8Array): number {
  return name.length + value.length + FIELD_OVERHEAD;
}

/** Fields of a Web `Headers`: each value's characters are bytes. */
export function fieldsOfHeaders(headers: Iterable<readonly [string, string]>): Field[] {
  return Array.from(headers, ([name, value]): Field => [name.toLowerCase(), bytesOf(value)]);
}

/** A value as bytes: Latin-1, as HTTP has it, and UTF-8 for what is not. */
export function bytesOf(value: string): Uint8Array {
  const bytes = new Uint8Array(value.length);
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code > 255) return encodeUtf8(value);
    bytes[i] = code;
  }
  return bytes;
}

/** A value as text, byte by byte. */
export function latin1(value: Uint8Array): string {
  let text = "";
  for (const byte of value) text += String.fromCharCode(byte);
  return text;
}
