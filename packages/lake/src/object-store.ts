import type { Abortable } from '@mailtrail/core'

/** What is stored: bytes in memory, or a finished local file that the caller removes afterwards. */
export type ObjectBody = Uint8Array | { readonly path: string }

/** An object as it was at one time. `etag` names the bytes, or the write that brought them. */
export interface ObjectVersion {
  readonly bytes: Uint8Array
  readonly etag: string
}

export interface ObjectStat {
  /** Size in bytes. */
  readonly size: number
  readonly etag: string
}

/** What became of a removal. `locked`: a lock of the store keeps the object, until `until` (UTC milliseconds) where the store says so. */
export type Removal = { readonly outcome: 'removed' | 'missing' } | { readonly outcome: 'locked'; readonly until?: number }

export interface StreamOptions extends Abortable {
  /** Read this version and no other. */
  readonly etag?: string
}

/**
 * The one port between Mailtrail and a lake. Objects are written create-only and never change, so a key names one content for ever; only
 * registrations and what is derived from evidence (see `isReplaceable`) may be replaced, by compare-and-swap. Keys are relative, `/`-separated,
 * of printable ASCII and free of `.` and `..` parts.
 */
export interface ObjectStore extends AsyncDisposable {
  /** Where the objects are, for messages: a folder or bucket, never a credential. */
  readonly place: string
  /** Stores `body` durably unless the key exists; `exists` leaves what is there untouched. */
  create(key: string, body: ObjectBody, options?: Abortable): Promise<'created' | 'exists'>
  /** The whole object, or undefined when there is none. For small objects; see {@link ObjectStore.stream}. */
  read(key: string, options?: Abortable): Promise<Uint8Array | undefined>
  /**
   * The object in chunks, in bounded memory.
   *
   * @throws {@link MailtrailError} `LAKE_OBJECT_MISSING`, or `LAKE_OBJECT_CHANGED` when it is not of `etag` any more
   */
  stream(key: string, options?: StreamOptions): AsyncIterable<Uint8Array>
  /** As `read`, with what {@link ObjectStore.replace} needs. */
  readVersion(key: string, options?: Abortable): Promise<ObjectVersion | undefined>
  /**
   * Stores `body` durably in the place of the version read before; `changed` when that is not there any more, and nothing was done.
   *
   * @throws {@link MailtrailError} `LAKE_KEY_INVALID` when the key is of an object that never changes
   */
  replace(key: string, body: ObjectBody, etag: string, options?: Abortable): Promise<'replaced' | 'changed'>
  /** Size and version, or undefined when there is no such object. */
  stat(key: string, options?: Abortable): Promise<ObjectStat | undefined>
  /** Takes an object away. Only retention and deletion do, after a tombstone says so, and who removes what a fold holds. */
  remove(key: string, options?: Abortable): Promise<Removal>
  /** All keys that begin with `prefix`, in the order of their bytes. */
  list(prefix: string, options?: Abortable): AsyncIterable<string>
}
