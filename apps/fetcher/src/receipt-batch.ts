import type { Receipt } from '@mailtrail/queues'

/** Contents that a crash has fetched again at most, beside those in flight. */
const mostHeld = 5
/** What took longer to fetch is reported at once. */
const heldMs = 1_000

/** Receipts of one turn, reported a few at a time where contents come fast. */
export class ReceiptBatch {
  readonly #report: (receipts: readonly Receipt[]) => Promise<void>
  #held: Receipt[] = []
  #reportedAt = performance.now()

  constructor(report: (receipts: readonly Receipt[]) => Promise<void>) {
    this.#report = report
  }

  async add(receipt: Receipt): Promise<void> {
    this.#held.push(receipt)
    if (this.#held.length >= mostHeld || performance.now() >= this.#reportedAt + heldMs) await this.flush()
  }

  async flush(): Promise<void> {
    const receipts = this.#held
    this.#held = []
    this.#reportedAt = performance.now()
    if (receipts.length > 0) await this.#report(receipts)
  }
}
