import { parseTenantId } from '@mailtrail/core'
import { alertKey, emailEventsKey, type ObjectStore, rawKey } from '@mailtrail/lake'
import { addTenant, noteKeptOperations, recordHistory } from '@mailtrail/tenants'
import { describe, expect, test } from 'vitest'
import { id, second, tenantCommands } from '../../test/tenant-commands.ts'

const tenants = tenantCommands()

describe('mailtrail tenant purge', () => {
  const tenantId = parseTenantId(id)
  const raw = rawKey('MailItemsAccessed', tenantId, '2024-03-14', 'content')
  const asked = ['tenant', 'purge', id, '--reason', 'the contract ended']

  async function addRemoved(hoursAgo: number): Promise<ObjectStore> {
    const lake = tenants.lake
    const removedAt = Date.now() - hoursAgo * 3_600_000
    await addTenant(lake, { tenantId, displayName: 'Contoso', cloud: 'worldwide', credentials: [], tags: ['gold'] })
    const collection = { contentTypes: ['Audit.Exchange'], windowMinutes: 10, backfill: false }
    await recordHistory(lake, tenantId, { kind: 'added', at: removedAt - 1, ...collection })
    await recordHistory(lake, tenantId, { kind: 'removed', at: removedAt })
    await lake.create(emailEventsKey(tenantId, '2024-03-14', 'a'), Buffer.from('events'))
    await lake.create(alertKey(tenantId, '2024-03-14', 'a'), Buffer.from('alert'))
    return lake
  }

  test('says what it would delete, and deletes nothing unless somebody says so', async () => {
    const lake = await addRemoved(2)
    const kinds = await tenants.cli.json([...asked, '--dry-run'])
    expect(kinds).toMatchObject({ kinds: expect.arrayContaining([{ kind: 'email-events', objects: 1, bytes: 6 }]) })
    await tenants.cli.run(asked, 2)
    expect(tenants.cli.said).toContain('NOT_CONFIRMED')
    expect(tenants.cli.said).toContain('alerts        1 object, 5 bytes')
    expect(await lake.stat(emailEventsKey(tenantId, '2024-03-14', 'a'))).toBeDefined()
  })

  test('deletes, reports, and can be run again', async () => {
    const lake = await addRemoved(2)
    await noteKeptOperations(lake, ['MailItemsAccessed'])
    await lake.create(raw, Buffer.from('raw'))
    await tenants.cli.run([...asked, '--yes'])
    expect(tenants.cli.out).toContain('raw           1 object removed, 3 bytes')
    expect(await lake.stat(raw)).toBeUndefined()
    expect(await tenants.cli.json([...asked, '--yes'])).toMatchObject({
      reason: 'the contract ended',
      kinds: expect.arrayContaining([{ kind: 'raw', removed: 0, bytes: 0, locked: 0, lockedUntil: null }]),
    })
    expect(await tenants.show(id)).toMatchObject({ displayName: 'Contoso', state: 'removed' })
  })

  test('is refused for a tenant that is collected, was just removed, or is held', async () => {
    await tenants.add(second)
    await tenants.cli.run(['tenant', 'purge', second, '--reason', 'x', '--yes'], 1)
    expect(tenants.cli.said).toContain('TENANT_STILL_COLLECTED')
    await addRemoved(0.5)
    await tenants.cli.run([...asked, '--yes'], 5)
    expect(tenants.cli.said).toContain('PURGE_TOO_EARLY')
    await tenants.cli.run(['tenant', 'hold', id, '--reason', 'lawsuit 7'])
    await tenants.cli.run([...asked, '--yes'], 1)
    expect(tenants.cli.said).toContain('TENANT_HELD')
  })
})
