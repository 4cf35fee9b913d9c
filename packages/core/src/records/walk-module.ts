import { walkRecordsWasm } from './walk-records-wasm.ts'

interface Cell {
  readonly value: number
}

/** What `assembly/walk-records.as` exports, and describes. Its memory never grows. */
interface WalkModule {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly walk: (from: number, to: number) => number
  readonly joinLines: (from: number, to: number) => void
  readonly operations: { value: number }
  readonly stoppedAt: Cell
  readonly isClosed: Cell
  readonly isCut: Cell
  readonly operationsAt: Cell
  readonly organizationAt: Cell
  readonly foundAt: Cell
  readonly windowAt: Cell
  readonly windowBytes: Cell
}

declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: WalkModule }
}

const imports = {
  env: {
    abort: () => {
      throw new Error('The walk of records broke off.')
    },
  },
}

/** One for the whole process: what its window holds is valid until somebody else fills it. */
export const walkModule: WalkModule = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(walkRecordsWasm, 'base64')), imports)
  .exports
