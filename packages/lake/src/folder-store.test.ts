import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '@mailtrail/testing'
import { describe, expect, test } from 'vitest'
import { createFolderStore } from './folder-store.ts'
import { describeObjectStore, keys } from './object-store.contract.ts'

describeObjectStore('a folder', async (resources) => createFolderStore(resources.use(await temporaryFolder()).path))

describe('what a crash left in the staging folder', () => {
  test.each(['', '.', '.staging'])('is not listed below "%s", and keeps nobody from writing', async (prefix) => {
    await using folder = await temporaryFolder()
    await mkdir(join(folder.path, '.staging'))
    await writeFile(join(folder.path, '.staging', 'left-behind'), 'half of an obj')
    const lake = createFolderStore(folder.path)
    expect(await lake.create('a', Buffer.from('whole'))).toBe('created')
    expect(await keys(lake, prefix)).toEqual(prefix === '' ? ['a'] : [])
  })

  test('cannot be listed or read, nor anything written beside it', async () => {
    await using folder = await temporaryFolder()
    const lake = createFolderStore(folder.path)
    await expect(keys(lake, '.staging/')).rejects.toMatchObject({ code: 'LAKE_KEY_INVALID' })
    await expect(lake.create('.staging/a', Buffer.from('x'))).rejects.toMatchObject({ code: 'LAKE_KEY_INVALID' })
    await expect(lake.read('.staging/a')).rejects.toMatchObject({ code: 'LAKE_KEY_INVALID' })
  })
})

test('no staged file stays, whether an object was created or was there', async () => {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  await Promise.all(Array.from({ length: 5 }, () => lake.create('raw/a', Buffer.from('x'))))
  await lake.create('raw/a', { path: '/nowhere' }).catch(() => {})
  expect(await readdir(join(folder.path, '.staging'))).toEqual([])
})

test('an object whose place is taken by a folder, or lies below an object, is not said to exist', async () => {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  await lake.create('a/b', Buffer.from('x'))
  await expect(lake.create('a', Buffer.from('y'))).rejects.toThrow()
  await expect(lake.create('a/b/c', Buffer.from('y'))).rejects.toThrow()
})

test.skipIf(process.getuid?.() === 0)('a folder without write permission delays the work and names the folder', async () => {
  await using folder = await temporaryFolder()
  await chmod(folder.path, 0o500)
  await expect(createFolderStore(folder.path).create('a', Buffer.from('x'))).rejects.toMatchObject({
    code: 'LAKE_UNAVAILABLE',
    message: expect.stringContaining(folder.path),
    retry: { again: true },
  })
})
