import { describe, expect, test } from 'vitest'
import { id, tenantCommands } from '../../test/tenant-commands.ts'

const tenants = tenantCommands()

describe('pause and removal', () => {
  test('are confirmed, or nothing happens', async () => {
    await tenants.add(id)
    for (const command of ['pause', 'remove']) {
      await tenants.cli.run(['tenant', command, id], 2)
      expect(tenants.cli.said).toMatch(/for ever[\s\S]*--yes/)
      expect(await tenants.show(id)).toMatchObject({ state: 'active' })
    }
  })

  test('are told once: a second time is a note and no error', async () => {
    await tenants.add(id)
    await tenants.cli.run(['tenant', 'resume', id])
    expect(tenants.cli.said).toContain('was not paused')
    expect(await tenants.cli.json(['tenant', 'pause', id, '--yes'])).toMatchObject({ before: 'active' })
    expect(await tenants.cli.json(['tenant', 'pause', id])).toMatchObject({ before: 'paused' })
    expect(await tenants.cli.json(['tenant', 'resume', id, '--no-backfill'])).toMatchObject({ before: 'paused' })
    expect(await tenants.cli.json(['tenant', 'remove', id, '--yes'])).toMatchObject({ before: 'active' })
    expect(await tenants.cli.json(['tenant', 'remove', id])).toMatchObject({ before: 'removed' })
    const { state, history } = await tenants.show(id)
    expect(state).toBe('removed')
    expect(history.map(({ kind }) => kind)).toEqual(['added', 'paused', 'resumed', 'removed'])
  })

  test('removal reports coverage, history and what remains', async () => {
    await tenants.add(id)
    await tenants.lake.create(`raw/operation=MailItemsAccessed/tenant=${id}/date=2024-03-14/x`, Buffer.from('x'))
    await tenants.cli.run(['tenant', 'remove', id, '--yes'])
    expect(tenants.cli.out).toMatch(/Coverage of the 14 days before, in hours: .*outside \d+/)
    expect(tenants.cli.out).toContain(`raw/operation=MailItemsAccessed/tenant=${id}/`)
    expect(tenants.cli.out).not.toContain(`ledger/tenant=${id}`)
    expect(tenants.cli.out).toMatch(/added +contentTypes Audit\.Exchange/)
  })
})
