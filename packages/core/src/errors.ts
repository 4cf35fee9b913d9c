/** What a worker does after a failure. Without `afterMs` the queue's own back-off applies. */
export type Retry = { readonly again: false } | { readonly again: true; readonly afterMs?: number }

export type MailtrailErrorOptions = ErrorOptions & { readonly retry?: Retry }

/**
 * Base of every error raised on purpose. Match on `code`, which never changes and is listed in `docs/errors.md`; `message` is for people:
 * it says what happened, to which tenant or content, and what to do, and holds neither a secret nor mail content.
 */
export class MailtrailError<Code extends string = string> extends Error {
  readonly code: Code
  readonly retry: Retry

  constructor(code: Code, message: string, { retry = { again: false }, ...options }: MailtrailErrorOptions = {}) {
    super(message, options)
    this.name = 'MailtrailError'
    this.code = code
    this.retry = retry
  }
}
