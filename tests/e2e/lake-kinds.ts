import type { Config } from '@mailtrail/runtime'

/** A kind of lake that the whole fleet is run on. */
export interface LakeKind {
  /** Whether its store can be made to fail requests. */
  readonly fails: boolean
  open(): Promise<LakePlace>
  toString(): string
}

interface LakePlace extends AsyncDisposable {
  /** What the fleet needs to find it; none for the folder that it has anyway. */
  readonly settings: Partial<Config>
  /** How many requests to the store have failed so far. */
  failedRequests(): number
}

const folder: LakeKind = {
  fails: false,
  open: async () => ({ settings: {}, failedRequests: () => 0, [Symbol.asyncDispose]: async () => {} }),
  toString: () => 'a folder',
}

export const lakeKinds: readonly LakeKind[] = [folder]
