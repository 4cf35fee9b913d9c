import type { Abortable } from '@mailtrail/core'

/** What is stored: bytes in memory, or a finished local file that the caller removes afterwards. */
export type ObjectBody = Uint8Array | { readonly path: string }

/** An object as it was at one time. `etag` names the bytes, or the write that brought them. */
export interface ObjectVersion {
  readonly bytes: Uint8Array
  readonly etag: string
}

/**
 * The one port between Mailtrail and a lake. Objects are written create-only and never change, so a key names one content for ever; only
 * registrations (see `isReplaceable`) may be replaced, by compare-and-swap. Keys are relative, `/`-separated and free of `.`
 * and `..` parts.
 */
export interface ObjectStore extends AsyncDisposable {
  /** Where the objects are, for messages: a folder or bucket, never a credential. */
  readonly place: string
  /** Stores `body` durably unless the key exists; `exists` leaves what is there untouched. */
  create(key: string, body: ObjectBody, options?: Abortable): Promise<'created' | 'exists'>
  /** The whole object, or undefined when there is none. For small objects; see {@link ObjectStore.stream}. */
  read(key: string, options?: Abortable): Promise<Uint8Array | undefined>
  /** The object in chunks, in bounded memory. @throws {@link MailtrailError} `LAKE_OBJECT_MISSING` */
  stream(key: string, options?: Abortable): AsyncIterable<Uint8Array>
  /** As `read`, with what {@link ObjectStore.replace} needs. */
  readVersion(key: string, options?: Abortable): Promise<ObjectVersion | undefined>
  /**
   * Stores `body` durably in the place of the version read before; `changed` when that is not there any more, and nothing was done.
   *
   * @throws {@link MailtrailError} `LAKE_KEY_INVALID` when the key is of an object that never changes
   */
  replace(key: string, body: Uint8Array, etag: string, options?: Abortable): Promise<'replaced' | 'changed'>
  has(key: string, options?: Abortable): Promise<boolean>
  /** All keys that begin with `prefix`, in code-unit order. */
  list(prefix: string, options?: Abortable): AsyncIterable<string>
}
