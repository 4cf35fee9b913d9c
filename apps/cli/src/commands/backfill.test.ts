import { describe, expect, test } from 'vitest'
import { id, tenantCommands } from '../../test/tenant-commands.ts'

const tenants = tenantCommands()

describe('mailtrail backfill', () => {
  const ago = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString()

  test('dates the request, cut to what can be listed, and says what was cut', async () => {
    await tenants.add(id)
    const asked = await tenants.cli.json(['backfill', '--tenant', id, '--from', ago(400), '--to', ago(1), '--priority'])
    expect(tenants.cli.said).toContain('nothing can be listed any more')
    expect(asked).toMatchObject({ priority: true })
    expect((await tenants.show(id)).history.at(-1)).toMatchObject({ kind: 'backfill-requested', priority: true })
  })

  test('refuses a time of which nothing can be listed', async () => {
    await tenants.add(id)
    await tenants.cli.run(['backfill', '--tenant', id, '--from', ago(400), '--to', ago(300)], 2)
    expect(tenants.cli.said).toContain('BACKFILL_IMPOSSIBLE')
  })
})
