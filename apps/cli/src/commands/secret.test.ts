import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, test, vi } from 'vitest'
import { app, fleetYaml, id, tenantCommands } from '../../test/tenant-commands.ts'

const tenants = tenantCommands()

describe('mailtrail secret', () => {
  test('seals what comes in for one tenant, under a key it made', async () => {
    await tenants.cli.run(['secret', 'new-key'])
    vi.stubEnv('KEY', tenants.cli.out.trim())
    await writeFile(join(tenants.folder, 'mailtrail.yaml'), `${fleetYaml}masterKey: env:KEY\n`)
    vi.spyOn(process, 'stdin', 'get').mockReturnValue(Object.assign(Readable.from(['canary\n']), process.stdin))
    await tenants.cli.run(['secret', 'seal', '--tenant', id])
    expect(tenants.cli.out).toMatch(/^sealed:v1:[\w-]+\n$/)
    const sealed = tenants.cli.out.trim()
    await tenants.add(id, '--client-id', app, '--credential', sealed)
    expect(await tenants.show(id)).toMatchObject({ credentials: [sealed] })
    await tenants.cli.run(['tenant', 'show', id])
    expect(tenants.cli.out).toContain('sealed:v1:…')
  })

  test('does not seal without a key', async () => {
    await tenants.cli.run(['secret', 'seal', '--tenant', id], 2)
    expect(tenants.cli.said).toContain('masterKey')
  })
})
