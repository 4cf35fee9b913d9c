import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { id, second, tenantCommands } from '../../test/tenant-commands.ts'

const tenants = tenantCommands()

describe('mailtrail tenant import', () => {
  const list = `tenant_id,display_name,credential\n${id},Contoso,\n${second},Fabrikam,canary\nx,Tailspin,\n`

  test('plans without changing anything, and applies the plan', async () => {
    await writeFile(join(tenants.folder, 'clients.csv'), list)
    const plan = await tenants.cli.json(['tenant', 'import', join(tenants.folder, 'clients.csv'), '--dry-run'], 3)
    expect(plan).toMatchObject({ plan: join(tenants.folder, 'clients.plan.json'), counts: { add: 1, invalid: 2 } })
    expect(await tenants.cli.json(['tenant', 'list'])).toEqual([])
    const applied = await tenants.cli.json(['tenant', 'apply', join(tenants.folder, 'clients.plan.json')], 3)
    expect(applied).toMatchObject({ results: join(tenants.folder, 'clients.results.csv'), counts: { added: 1, failed: 2 } })
    const results = await readFile(join(tenants.folder, 'clients.results.csv'), 'utf8')
    expect(results).toContain(`2,${id},added,`)
    for (const written of [results, JSON.stringify(plan), tenants.cli.said]) expect(written).not.toContain('canary')
    expect(await readFile(join(tenants.folder, 'clients.plan.json'), 'utf8')).not.toContain('canary')
  })

  test('does both in one command, and the second time finds nothing to do', async () => {
    await writeFile(join(tenants.folder, 'clients.csv'), `tenant_id,display_name\n${id},Contoso\n${second},Fabrikam\n`)
    await tenants.cli.run(['tenant', 'import', join(tenants.folder, 'clients.csv'), '--no-backfill'])
    expect(tenants.cli.said).toContain('2 added')
    expect(await tenants.show(id)).toMatchObject({ history: [{ kind: 'added', backfill: false }] })
    await tenants.cli.run(['tenant', 'import', join(tenants.folder, 'clients.csv')])
    expect(tenants.cli.said).toContain('2 unchanged')
  })

  test.each([
    { title: 'an unknown column', name: 'clients.csv', text: 'tenant_id,name\n', says: '"name"' },
    { title: 'no file', name: 'other.csv', text: '', says: 'is not there' },
  ])('refuses $title', async ({ name, text, says }) => {
    await writeFile(join(tenants.folder, 'clients.csv'), text)
    await tenants.cli.run(['tenant', 'import', join(tenants.folder, name)], 2)
    expect(tenants.cli.said).toContain(says)
  })
})
