import { parseTenantId } from '@mailtrail/core'
import { createFolderStore, retiredRawKey } from '@mailtrail/lake'
import { temporaryFolder } from '@mailtrail/testing'
import { expect, test } from 'vitest'
import { noteKeptOperations, readKeptOperations } from './kept-operations.ts'
import { noteRetiredRaw, readRetiredRaw } from './retired-raw.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')

test('what raw was removed only grows, whoever notes it', async () => {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  expect(await readRetiredRaw(lake, tenantId)).toBeUndefined()
  await Promise.all(['2024-03-11', '2024-03-13', '2024-03-12'].map((before) => noteRetiredRaw(lake, tenantId, before)))
  expect(await readRetiredRaw(lake, tenantId)).toBe('2024-03-13')
  await noteRetiredRaw(lake, tenantId, '2024-03-01')
  expect(await readRetiredRaw(lake, tenantId)).toBe('2024-03-13')
})

test.each(['', '{"schema":2}', '{"schema":1,"tenantId":"x","before":"soon"}'])(
  'a note %j is refused, and no coverage told',
  async (text) => {
    await using folder = await temporaryFolder()
    const lake = createFolderStore(folder.path)
    await lake.create(retiredRawKey(tenantId), Buffer.from(text))
    await expect(readRetiredRaw(lake, tenantId)).rejects.toMatchObject({ code: 'RETENTION_NOTE_INVALID' })
  },
)

test('operations that were kept once are known for good', async () => {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  await noteKeptOperations(lake, ['MailItemsAccessed', 'New-InboxRule'])
  await noteKeptOperations(lake, ['MailItemsAccessed', 'a/b'])
  expect(await readKeptOperations(lake)).toEqual(['MailItemsAccessed', 'New-InboxRule', 'a/b'])
})
