import { judgeRecord, type SelectedRecord, type SelectionOptions } from './judge-record.ts'
import { createRecordWalker, windowBytes } from './record-walker.ts'
import { createRecordSplitter } from './split-records.ts'

/** Faults of the body are thrown as `createRecordSplitter` throws them. */
export interface RecordSelector {
  push(chunk: Uint8Array): SelectedRecord[]
  end(): SelectedRecord[]
}

/** Written to every ledger entry; changes whenever the same body could give other kept records. */
export const selectorVersion = '1'

/** The other half of the window is for what is held back. */
const pieceBytes = windowBytes / 2
const nothing = new Uint8Array(0)

/**
 * Keeps the records whose parsed top-level `Operation` is exactly one of `operations`; of a key given twice the last counts, as in
 * `JSON.parse`. What is no JSON object, or names another organization, is quarantined and never just passed over.
 *
 * Plain records are walked; what the walk does not vouch for is parsed. Both say the same (`docs/decisions/0018-plain-records-are-walked.md`).
 */
export function createRecordSelector(options: SelectionOptions): RecordSelector {
  const splitter = createRecordSplitter()
  const walker = createRecordWalker(options)
  /** The beginning of an element, for the walk to begin anew when the rest of it has come. */
  let held: Uint8Array = nothing

  function push(chunk: Uint8Array): SelectedRecord[] {
    splitter.throwFault()
    const selected: SelectedRecord[] = []
    for (let at = 0; at < chunk.length; at += pieceBytes) take(chunk.subarray(at, at + pieceBytes), selected)
    return selected
  }

  function end(): SelectedRecord[] {
    const selected: SelectedRecord[] = []
    for (let at = 0; at < held.length; ) at = parse(held, at, selected)
    splitter.end()
    return selected
  }

  function take(piece: Uint8Array, selected: SelectedRecord[]): void {
    const bytes = walker ? walker.load(held, piece) : piece
    held = nothing
    for (let at = 0; at < bytes.length; at = parse(bytes, at, selected)) {
      if (!walker || !splitter.isBetween) continue
      const walk = walker.walk(at, splitter.offset, selected)
      splitter.pass(walk.at - at, walk.isClosed)
      at = walk.at
      if (!walk.isCut || bytes.length - at > pieceBytes) continue
      held = bytes.slice(at)
      return
    }
  }

  /** Takes what the walk leaves, up to the end of one element at most. Returns the index behind. */
  function parse(bytes: Uint8Array, at: number, selected: SelectedRecord[]): number {
    return splitter.take(bytes, at, (slice) => selected.push(judgeRecord(slice, options)))
  }

  return { push, end }
}
