// `WebAssembly.Tag`, `WebAssembly.Exception` and `JSTag`: exceptions of a tag, whichever side threw them.

import type { Engine } from "../api/engine.ts";
import { wordsOfAll } from "../interp/lower/operand-stack.ts";
import { readException } from "../interp/run/exceptions.ts";
import { readValues, writeValues } from "../interp/run/values.ts";
import { HeapType, refType } from "../module/types.ts";
import { type ExceptionInstance, TagInstance } from "../runtime/tag.ts";
import {
  Brand,
  finishInterface,
  type InterfaceObject,
  toDictionary,
  toSequence,
  toU32,
} from "./interface.ts";
import type { Realm } from "./realm.ts";
import { toValType, typeName } from "./types.ts";
import { checkPassable } from "./values.ts";

/** The tag as which guests see what JavaScript throws: one externref. */
export function makeJSTag({ registry }: Engine): TagInstance {
  const typeId = registry.addFuncType([refType(HeapType.Extern, true)], []);
  return new TagInstance(typeId, registry.funcType(typeId));
}

/** Exceptions of one namespace and their objects. */
export class Exceptions {
  readonly #realm: Realm;
  readonly #brand = new Brand<ExceptionInstance>("Exception");
  /** Of the class `Exception`, once that is made. */
  classPrototype: object = Error.prototype;

  constructor(realm: Realm) {
    this.#realm = realm;
  }

  /** The exception behind a `WebAssembly.Exception`. */
  find(value: unknown): ExceptionInstance | undefined {
    return this.#brand.find(value);
  }

  /** @throws TypeError for what is no `WebAssembly.Exception` */
  of(value: unknown): ExceptionInstance {
    return this.#brand.of(value);
  }

  /** Lets `object` stand for `exception`. */
  adopt(object: object, exception: ExceptionInstance): void {
    this.#brand.add(object, exception);
  }

  /** What JavaScript catches: the value itself where JavaScript threw it. */
  toJS(exception: ExceptionInstance): unknown {
    if (exception.tag === this.#realm.jsTag) return exception.refs[0];
    return this.#brand.objectOf(exception, this.classPrototype);
  }
}

/** The classes `Tag` and `Exception` of a namespace. */
export interface ExceptionClasses {
  readonly Tag: InterfaceObject;
  readonly Exception: InterfaceObject;
  readonly tags: Brand<TagInstance>;
  /** The object of a tag; always the same. */
  tagObject(tag: TagInstance): object;
}

export function makeExceptionClasses(realm: Realm): ExceptionClasses {
  const tags = new Brand<TagInstance>("Tag");

  class Tag {
    constructor(descriptor: unknown) {
      if (descriptor === undefined) throw new TypeError("a tag's descriptor must be an object");
      const { parameters } = toDictionary(descriptor, "a tag's descriptor");
      const types = toSequence(parameters, "a tag's parameters", toValType);
      const { registry } = realm.engine;
      const typeId = registry.addFuncType(types, []);
      tags.add(this, new TagInstance(typeId, registry.funcType(typeId)));
    }

    type(): { parameters: string[] } {
      return { parameters: tags.of(this).type.params.map(typeName) };
    }
  }
  finishInterface(Tag, "Tag");

  class Exception {
    constructor(tagObject: unknown, payload: unknown, options: unknown = {}) {
      const tag = tags.of(tagObject);
      if (tag === realm.jsTag) throw new TypeError("an exception of JSTag is whatever JavaScript throws");
      const { traceStack } = toDictionary(options, "the options of an exception");
      realm.exceptions.adopt(
        this,
        makeException(
          realm,
          tag,
          toSequence(payload, "the payload", (value) => value),
        ),
      );
      if (traceStack) stacks.set(this, new Error("WebAssembly.Exception").stack);
    }

    is(tagObject: unknown): boolean {
      const exception = realm.exceptions.of(this);
      return exception.tag === tags.of(tagObject);
    }

    getArg(tagObject: unknown, index: unknown): unknown {
      const exception = realm.exceptions.of(this);
      const tag = tags.of(tagObject);
      const at = toU32(index, "the index");
      if (exception.tag !== tag) throw new TypeError("the exception is of another tag");
      const { params } = tag.type;
      const type = params[at];
      if (type === undefined) throw new RangeError(`the payload has ${params.length} values`);
      return realm.values.toHost(payloadOf(exception)[at], type);
    }

    get stack(): string | undefined {
      realm.exceptions.of(this);
      return stacks.get(this);
    }
  }
  const stacks = new WeakMap<object, string | undefined>();
  finishInterface(Exception, "Exception", 2);
  realm.exceptions.classPrototype = Exception.prototype;

  const tagObject = (tag: TagInstance): object => tags.objectOf(tag, Tag.prototype);
  return { Tag, Exception, tags, tagObject };
}

function makeException(realm: Realm, tag: TagInstance, payload: readonly unknown[]): ExceptionInstance {
  const { params } = tag.type;
  if (payload.length !== params.length) throw new TypeError(`the tag takes ${params.length} values`);
  const values = params.map((type, k) => {
    checkPassable(realm, type);
    return realm.values.toGuest(payload[k], type);
  });
  const buffer = new ArrayBuffer(wordsOfAll(params) * 4);
  const registers = {
    R: new Int32Array(buffer),
    F: new Float32Array(buffer),
    D: new Float64Array(buffer),
    X: new Array<unknown>(wordsOfAll(params) >> 1).fill(null),
  };
  writeValues(registers, params, 0, values);
  return readException(registers, tag, 0);
}

function payloadOf({ tag, bits, refs }: ExceptionInstance): unknown[] {
  const buffer = Int32Array.from(bits).buffer;
  const views = {
    R: new Int32Array(buffer),
    F: new Float32Array(buffer),
    D: new Float64Array(buffer),
    X: [...refs],
  };
  return readValues(views, tag.type.params, 0);
}
