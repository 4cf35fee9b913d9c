import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '@mailtrail/testing'
import { expect, test } from 'vitest'
import { createFolderStore } from './folder-store.ts'
import { etagOf, replaceFile } from './folder-store-replace.ts'
import { increment } from './object-store.contract.ts'
import type { ObjectStore } from './object-store.ts'

const key = 'control/tenants/counter'

test('writers in three processes lose no update', async () => {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  await lake.create(key, Buffer.from('0'))
  const here = Promise.all(Array.from({ length: 40 }, () => increment(lake, key)))
  const ends = await Promise.all([startCounting(folder.path, 60), startCounting(folder.path, 60)].map((child) => once(child, 'exit')))
  await here
  expect(ends.map(([code]) => code)).toEqual([0, 0])
  expect(await count(lake)).toBe(160)
})

test('a writer killed at any moment holds up the others for some seconds, and loses them no update', async () => {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  await lake.create(key, Buffer.from('0'))
  for (let round = 1; round <= 3; round += 1) {
    const before = await count(lake)
    const child = startCounting(folder.path, Number.POSITIVE_INFINITY)
    while ((await count(lake)) < before + 5) await increment(lake, key)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const then = await count(lake)
    await Promise.all(Array.from({ length: 10 }, () => increment(lake, key)))
    expect(await count(lake)).toBe(then + 10)
  }
})

test('a turn that a dead writer left is taken away, with what it had not put in place', async () => {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  await lake.create(key, Buffer.from('0'))
  await increment(lake, key)
  const staging = join(folder.path, '.staging')
  const [turns = ''] = await readdir(join(staging, 'turns'))
  await writeFile(join(staging, 'left-behind'), '77')
  await symlink('../../left-behind', join(staging, 'turns', turns, '99'))
  await increment(lake, key)
  expect(await count(lake)).toBe(2)
  expect(await readdir(staging)).toEqual(['turns'])
  expect(await readdir(join(staging, 'turns', turns))).toEqual(['100'])
})

test('a writer whose turn was taken away puts nothing in place', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'a')
  await writeFile(path, 'one')
  const etag = etagOf(await stat(path, { bigint: true }))
  const replacement = { path, staged: join(folder.path, 'taken-away'), turns: join(folder.path, 'turns'), etag }
  expect(await replaceFile(replacement)).toBe('taken')
  expect(await readFile(path, 'utf8')).toBe('one')
})

async function count(lake: ObjectStore): Promise<number> {
  return Number(Buffer.from((await lake.read(key)) ?? []).toString())
}

function startCounting(folder: string, times: number): ReturnType<typeof spawn> {
  const script = `
    const { createFolderStore } = await import(${JSON.stringify(new URL('folder-store.ts', import.meta.url))})
    const decode = (bytes) => Number(Buffer.from(bytes).toString())
    const lake = createFolderStore(${JSON.stringify(folder)})
    for (let done = 0; done < ${times}; ) {
      const { bytes, etag } = await lake.readVersion('${key}')
      if ((await lake.replace('${key}', Buffer.from(String(decode(bytes) + 1)), etag)) === 'replaced') done += 1
    }`
  return spawn(process.execPath, ['--conditions=@mailtrail/source', '--input-type=module', '--eval', script], { stdio: 'inherit' })
}
