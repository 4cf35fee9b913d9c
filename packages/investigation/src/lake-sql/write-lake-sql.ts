import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { lakeSqlFiles } from './lake-sql-files.ts'

const folder = fileURLToPath(new URL('../../../../infra/lake-sql/', import.meta.url))

for (const [name, text] of lakeSqlFiles()) {
  const path = join(folder, name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}
