import { parseTenantId } from '@mailtrail/core'
import { tenantKey } from '@mailtrail/lake'
import { describe, expect, test } from 'vitest'
import { id, second, tenantCommands } from '../../test/tenant-commands.ts'

const tenants = tenantCommands()

describe('mailtrail tenant list', () => {
  test('pages, filters by tag, and tells the state of each', async () => {
    await tenants.add(id, '--tag', 'gold')
    await tenants.add(second, '--tag', 'gold')
    await tenants.add('44444444-2222-4333-8444-555555555555')
    await tenants.cli.run(['tenant', 'pause', second, '--yes'])
    expect(await tenants.listIds('--limit', '1', '--offset', '1')).toEqual([second])
    expect(tenants.cli.said).toContain('1 of 3 tenants, from the 2. on')
    expect(await tenants.listIds('--tag', 'gold', '--offset', '1')).toEqual([second])
    await tenants.cli.run(['tenant', 'list'])
    expect(tenants.cli.out).toMatch(new RegExp(`^${id} {2}active .*gold.*\n${second} {2}paused `))
  })

  test('shows a registration that cannot be read beside the others, with exit code 3', async () => {
    await tenants.add(id)
    await tenants.lake.create(tenantKey(parseTenantId(second)), Buffer.from('{'))
    await tenants.cli.run(['tenant', 'list'], 3)
    expect(tenants.cli.out).toContain(`${id}  active`)
    expect(tenants.cli.out).toContain(`${second}  unreadable`)
  })
})
