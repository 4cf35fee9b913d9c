import { readFile } from 'node:fs/promises'
import asc from 'assemblyscript/asc'

/** Not `.ts`, which it is not quite: tools that read TypeScript stumble over its decorators. */
const source = new URL('walk-records.as', import.meta.url)
const name = 'walk-records.ts'

/** Compiles the walk. Returns the module of TypeScript that carries it, the same one each time. */
export async function compileWalk(): Promise<string> {
  const text = await readFile(source, 'utf8')
  let wasm: Uint8Array | string | undefined
  const options = ['-O3', '--converge', '--noAssert', '--enable', 'simd', '--runtime', 'stub', '--outFile', 'walk.wasm']
  const { error, stderr } = await asc.main([name, ...options], {
    readFile: (file) => (file === name ? text : null),
    writeFile: (_file, contents) => {
      wasm = contents
    },
  })
  if (error || !(wasm instanceof Uint8Array)) throw new Error(`The walk does not compile: ${stderr.toString()}`)
  return render(wasm)
}

function render(wasm: Uint8Array): string {
  const text = Buffer.from(wasm).toString('base64')
  return `/** Made from ../../assembly/walk-records.as by \`node --run wasm\`: WebAssembly in base64. */\nexport const walkRecordsWasm =\n  '${text}'\n`
}
