import type { Abortable } from './abortable.ts'

export interface ConcurrencyOptions extends Abortable {
  /** Items worked on at once. */
  readonly limit: number
}

/**
 * Works on every item, a few at once. The first failure aborts the rest, and is thrown once nothing is on the way any more, so that the
 * caller can clean up behind it.
 */
export async function eachConcurrently<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  { limit, signal }: ConcurrencyOptions,
  work: (item: Item, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failure = new AbortController()
  const either = AbortSignal.any([failure.signal, ...(signal ? [signal] : [])])
  const queue = inTurn(items)
  const takeItems = async (): Promise<void> => {
    for await (const item of { [Symbol.asyncIterator]: () => ({ next: () => queue.next() }) }) {
      either.throwIfAborted()
      await work(item, either)
    }
  }
  const workers = Array.from({ length: limit }, () => takeItems().catch((error: unknown) => failure.abort(error)))
  await Promise.all(workers)
  await queue.return()
  if (failure.signal.aborted) throw failure.signal.reason
  signal?.throwIfAborted()
}

/** The results of `work` in the order of the items, else as {@link eachConcurrently}. */
export async function mapConcurrently<Item, Result>(
  items: readonly Item[],
  options: ConcurrencyOptions,
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  await eachConcurrently(items.entries(), options, async ([index, item], signal) => {
    results[index] = await work(item, signal)
  })
  return results
}

/** A generator queues those who ask it at once; other iterables need not. */
async function* inTurn<Item>(items: Iterable<Item> | AsyncIterable<Item>): AsyncGenerator<Item, void, undefined> {
  yield* items
}
