import { writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { temporaryFolder } from '@mailtrail/testing'
import { expect, test } from 'vitest'
import { createFolderStore } from './folder-store.ts'
import { openLake } from './open-lake.ts'

test.each([
  { title: 'an absolute folder', location: (path: string) => `file:${path}` },
  { title: 'an absolute folder as an address', location: (path: string) => `file://${path}` },
  { title: 'a folder relative to the working directory', location: (path: string) => `file:${relative(process.cwd(), path)}` },
])('$title is opened, and made if it is missing', async ({ location }) => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'new', 'lake')
  await using lake = await openLake(location(path))
  expect(lake.place).toBe(path)
  await lake.create('a/b', Buffer.from('x'))
  expect(await createFolderStore(path).stat('a/b')).toBeDefined()
})

test.each(['', 'file:', '/var/lib/mailtrail', 'FILE:/x', 'http://lake'])('%j is no lake', async (location) => {
  await expect(openLake(location)).rejects.toMatchObject({
    code: 'LAKE_LOCATION_INVALID',
    message: expect.stringContaining('file:/var/lib/mailtrail'),
  })
})

test.each(['', '/below'])('a file is no lake, nor is a folder in it (file%s)', async (below) => {
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, 'file'), 'x')
  await expect(openLake(`file:${folder.path}/file${below}`)).rejects.toMatchObject({
    code: 'LAKE_LOCATION_INVALID',
    message: expect.stringContaining(join(folder.path, 'file')),
  })
})
