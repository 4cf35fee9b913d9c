import { hash } from 'node:crypto'

/** What is wrong with one object of a tenant's lake, or with its absence. */
export interface Finding {
  /**
   * `altered`: its bytes are not those that were recorded. `missing`: it should be there, and no tombstone says why not. `unrecorded`: nothing names it.
   * `head not in the chain`: the ledger was replaced or cut since this digest was published.
   */
  readonly what: 'altered' | 'missing' | 'unrecorded' | 'head not in the chain'
  readonly key: string
  /** The object, or the rule, that says so. */
  readonly namedBy: string
  /** What it means, and what to do. */
  readonly meaning: string
}

/** What is kept of the findings of one tenant at most; the rest is counted. */
export const keptFindings = 10_000

/** Collects findings in bounded memory, one for each key and kind. */
export class FindingLog {
  readonly #kept = new Map<string, Finding>()
  #leftOut = 0

  add(finding: Finding): void {
    const id = `${finding.what} ${finding.key}`
    if (this.#kept.has(id)) return
    if (this.#kept.size < keptFindings) this.#kept.set(id, finding)
    else this.#leftOut += 1
  }

  /** In the order of keys. */
  get findings(): Finding[] {
    return [...this.#kept.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
  }

  get leftOut(): number {
    return this.#leftOut
  }

  get count(): number {
    return this.#kept.size + this.#leftOut
  }
}

/** Names a set of findings: the same ones have the same digest, in whatever order they were found. Hex SHA-256. */
export function digestOfFindings(findings: readonly Finding[]): string {
  const lines = findings.map(({ what, key }) => `${what} ${key}\n`).sort()
  return hash('sha256', lines.join(''))
}
