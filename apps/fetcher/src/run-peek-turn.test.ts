import { type ActivityApi, ActivityApiError, type ActivityApiErrorCode } from '@mailtrail/activity-api'
import { parseTenantId } from '@mailtrail/core'
import { createFolderStore } from '@mailtrail/lake'
import { createLogger } from '@mailtrail/runtime'
import { temporaryFolder } from '@mailtrail/testing'
import { expect, test } from 'vitest'
import { createPeekTurnHandler, type PeekTurnDeps } from './run-peek-turn.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const start = Date.parse('2024-03-11T00:00:00Z')

test.each<{ code: ActivityApiErrorCode; stored: string[] }>([
  { code: 'ACTIVITY_API_REQUEST_INVALID', stored: ['first', 'last'] },
  { code: 'ACTIVITY_API_CONSENT_MISSING', stored: ['first'] },
  { code: 'ACTIVITY_API_THROTTLED', stored: ['first'] },
])('of a peek in which one content fails with $code, $stored are stored', async ({ code, stored }) => {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  const reported: string[] = []
  const api = {
    openContent: async ({ contentId }: { contentId: string }) => {
      if (contentId === 'poison') throw new ActivityApiError(code, { tenantId, operation: 'open-content' })
      return { body: [Buffer.from('[]')] }
    },
  } as unknown as ActivityApi
  const deps = {
    lakes: { open: async () => lake },
    apis: { open: async () => api },
    receipts: {
      read: async () => new Map(),
      add: async (_tenantId: unknown, _span: unknown, { id }: { id: string }) => void reported.push(id),
    },
    clock: { now: () => start },
    routes: { 'Audit.Exchange': ['MailItemsAccessed'] },
    spoolFolder: folder.path,
    compression: 'gzip',
  } as unknown as PeekTurnDeps
  const contents = ['first', 'poison', 'last'].map((id) => ({ id, uri: `https://service/${id}`, created: start, expiration: start + 1e9 }))
  const task = { v: 1, kind: 'peek', tenantId, contentType: 'Audit.Exchange', start, end: start + 600_000, contents } as const
  const context = { signal: new AbortController().signal, log: createLogger('silent'), attempt: 1, lastAttempt: true }
  await expect(createPeekTurnHandler(deps)(task, context)).rejects.toMatchObject({ code })
  expect(reported).toEqual(stored)
})
