import { writeFile } from 'node:fs/promises'
import { compileWalk } from './compile-walk.ts'

await writeFile(new URL('../src/records/walk-records-wasm.ts', import.meta.url), await compileWalk())
