/** Options of everything that waits for something outside the process. */
export interface Abortable {
  readonly signal?: AbortSignal | undefined
}
