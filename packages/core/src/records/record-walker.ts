import { isUtf8 } from 'node:buffer'
import type { SelectedRecord, SelectionOptions } from './judge-record.ts'
import { walkModule } from './walk-module.ts'

/** Where a walk ended. */
interface Walk {
  /** The index behind the last record that was walked, and the comma or bracket behind it. */
  readonly at: number
  /** Whether that was the bracket which closes the array. */
  readonly isClosed: boolean
  /** Why it ended: the bytes ran out, so that more of them help, or the next element is not for it to judge. */
  readonly isCut: boolean
}

/**
 * Walks plain records in WebAssembly, without parsing them. What it says of a record is what `judgeRecord` says; of others it says nothing. All walkers of a process
 * share one window, which holds what was loaded last.
 */
export interface RecordWalker {
  /** Puts these bytes, one behind the other, into the window: at most {@link windowBytes}. Kept lines are views of the chunk. */
  load(held: Uint8Array, chunk: Uint8Array): Uint8Array
  /** Walks what was loaded from `at`, which lies at `offset` of the body, before an element. Adds what became of each record to `selected`. */
  walk(at: number, offset: number, selected: SelectedRecord[]): Walk
}

/** What the window holds: the last bytes of what came before, as many as `held`, and the chunk. */
interface Loaded {
  readonly held: number
  readonly chunk: Uint8Array
}

export const windowBytes: number = walkModule.windowBytes.value

const windowAt = walkModule.windowAt.value
const operationsAt = walkModule.operationsAt.value
const organizationAt = walkModule.organizationAt.value
const memory = new Uint8Array(walkModule.memory.buffer)
const found = new Uint32Array(walkModule.memory.buffer, walkModule.foundAt.value)
const [keptFlag, spacedFlag, wideFlag] = [1, 2, 4]
const other: SelectedRecord = { kind: 'other' }

/** Returns nothing for operations whose names JSON would have to escape, or that are too many. */
export function createRecordWalker({ operations, tenantId }: SelectionOptions): RecordWalker | undefined {
  const names = [...operations].map((name) => `${name}"`)
  const table = Buffer.concat(names.flatMap((name) => [Buffer.of(name.length), Buffer.from(name, 'latin1')]))
  if (names.some((name) => !/^[ !#-[\]-~]{0,254}"$/.test(name)) || table.length > organizationAt - operationsAt) return undefined
  const organization = Buffer.from(tenantId)
  let loaded: Loaded = { held: 0, chunk: organization }
  return {
    load: (held, chunk) => {
      memory.set(table, operationsAt)
      memory.set(organization, organizationAt)
      walkModule.operations.value = names.length
      memory.set(held, windowAt)
      memory.set(chunk, windowAt + held.length)
      loaded = { held: held.length, chunk }
      return memory.subarray(windowAt, endOfWindow(loaded))
    },
    walk: (at, offset, selected) => {
      const count = walkModule.walk(windowAt + at, endOfWindow(loaded))
      const sure = countUtf8(count)
      addFound(sure, offset - windowAt - at, loaded, selected)
      if (sure < count) return { at: startOf(sure) - windowAt, isClosed: false, isCut: false }
      return {
        at: walkModule.stoppedAt.value - windowAt,
        isClosed: walkModule.isClosed.value !== 0,
        isCut: walkModule.isCut.value !== 0,
      }
    },
  }
}

/** How many of the records found come before the first whose strings are no UTF-8. */
function countUtf8(count: number): number {
  for (let index = 0; index < count; index += 1) {
    if (hasFlag(index, wideFlag) && !isUtf8(memory.subarray(startOf(index), endOf(index)))) return index
  }
  return count
}

function endOfWindow({ held, chunk }: Loaded): number {
  return windowAt + held + chunk.length
}

function addFound(count: number, offset: number, loaded: Loaded, selected: SelectedRecord[]): void {
  for (let index = 0; index < count; index += 1) {
    if (hasFlag(index, keptFlag)) selected.push({ kind: 'kept', offset: offset + startOf(index), line: lineOf(index, loaded) })
    else selected.push(other)
  }
}

/** A view of the chunk; a copy where the line began before it, or holds line ends. */
function lineOf(index: number, { held, chunk }: Loaded): Uint8Array {
  const [from, to] = [startOf(index), endOf(index)]
  const chunkAt = windowAt + held
  const isSpaced = hasFlag(index, spacedFlag)
  if (!isSpaced && from >= chunkAt) return chunk.subarray(from - chunkAt, to - chunkAt)
  if (isSpaced) walkModule.joinLines(from, to)
  return Buffer.from(memory.subarray(from, to))
}

function startOf(index: number): number {
  return found[3 * index] ?? 0
}

function endOf(index: number): number {
  return found[3 * index + 1] ?? 0
}

function hasFlag(index: number, flag: number): boolean {
  return ((found[3 * index + 2] ?? 0) & flag) !== 0
}
