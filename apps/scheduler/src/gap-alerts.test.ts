import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hourMs, parseTenantId } from '@mailtrail/core'
import { createFolderStore, type ObjectStore } from '@mailtrail/lake'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Gap, GapAlerts } from './gap-alerts.ts'

const now = Date.parse('2024-03-11T12:00:00Z')
const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const gap: Gap = { contentType: 'Audit.Exchange', from: now - 5 * hourMs, to: now - 4 * hourMs, cause: 'pending', recoverable: true }
const healed = (): boolean => true
const outOfSight = (): boolean => false

let folder: string
let lake: ObjectStore
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailtrail-gaps-'))
  lake = createFolderStore(folder)
})
afterEach(() => rm(folder, { recursive: true }))

const kinds = async (alerts: Promise<readonly { readonly kind: string }[]>): Promise<string[]> => (await alerts).map(({ kind }) => kind)

describe(GapAlerts, () => {
  test('tells of a gap once, and once that it is closed', async () => {
    const alerts = new GapAlerts(lake, tenantId)
    expect(await kinds(alerts.update([gap], healed, now))).toEqual(['coverage.gap_opened'])
    expect(await kinds(alerts.update([gap], healed, now + hourMs))).toEqual([])
    expect(await kinds(alerts.update([], healed, now + 2 * hourMs))).toEqual(['coverage.gap_closed'])
    expect(await kinds(alerts.update([], healed, now + 3 * hourMs))).toEqual([])
  })

  test('started anew, it knows from the lake what was told', async () => {
    await new GapAlerts(lake, tenantId).update([gap], healed, now)
    const alerts = new GapAlerts(lake, tenantId)
    await alerts.load(now + hourMs)
    expect(await kinds(alerts.update([gap], healed, now + hourMs))).toEqual([])
    expect(await kinds(alerts.update([], healed, now + 2 * hourMs))).toEqual(['coverage.gap_closed'])
  })

  test('a gap that is only out of sight is not called closed', async () => {
    const alerts = new GapAlerts(lake, tenantId)
    await alerts.update([gap], healed, now)
    expect(await kinds(alerts.update([], outOfSight, now + hourMs))).toEqual([])
  })

  test('what could not be written is told the next time', async () => {
    const alerts = new GapAlerts({ ...lake, create: () => Promise.reject(new Error('the lake is away')) }, tenantId)
    await expect(alerts.update([gap], healed, now)).rejects.toThrow('away')
    const again = new GapAlerts(lake, tenantId)
    expect(await kinds(again.update([gap], healed, now))).toEqual(['coverage.gap_opened'])
  })
})
