import { describe, expect, test } from 'vitest'
import { id, tenantCommands } from '../../test/tenant-commands.ts'

const tenants = tenantCommands()

describe('mailtrail tenant hold', () => {
  test('says who holds a tenant since when and why, until it is released', async () => {
    await tenants.add(id)
    expect(await tenants.cli.json(['tenant', 'hold', id, '--reason', 'lawsuit 7'])).toMatchObject({ legalHold: { reason: 'lawsuit 7' } })
    expect(await tenants.show(id)).toMatchObject({ legalHold: { reason: 'lawsuit 7', by: expect.stringContaining('@') } })
    await tenants.cli.run(['tenant', 'add', '--tenant', id, '--name', 'Contoso'], 1)
    expect(await tenants.cli.json(['tenant', 'release', id, '--reason', 'settled'])).toEqual({ tenantId: id, wasHeld: true })
    expect(await tenants.cli.json(['tenant', 'release', id, '--reason', 'settled'])).toEqual({ tenantId: id, wasHeld: false })
    const { history, legalHold } = await tenants.show(id)
    expect(legalHold).toBeUndefined()
    expect(history.slice(1)).toMatchObject([
      { kind: 'legal-hold-set', reason: 'lawsuit 7' },
      { kind: 'legal-hold-lifted', reason: 'settled' },
    ])
  })

  test('needs a reason', async () => {
    await tenants.add(id)
    await tenants.cli.run(['tenant', 'hold', id], 2)
    await tenants.cli.run(['tenant', 'hold', id, '--reason', ' '], 2)
    expect(await tenants.show(id)).not.toHaveProperty('legalHold')
  })
})
