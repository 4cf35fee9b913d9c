import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFolderStore, type ObjectStore } from '@mailtrail/lake'
import { afterEach, beforeEach, vi } from 'vitest'
import { z } from 'zod'
import { type CommandLine, commandLine } from './command-line.ts'

export const id = '11111111-2222-4333-8444-555555555555'
export const second = '22222222-2222-4333-8444-555555555555'
export const app = '33333333-3333-4444-8555-666666666666'

/** A fleet with an app of its own, a destination and two content types. */
export const fleetYaml: string = `
app: { clientId: ${app}, credential: "env:APP" }
destinations: [{ name: siem, url: "https://siem.example", secret: "env:SIEM" }]
routes: { Audit.Exchange: [MailItemsAccessed], Audit.General: [Send] }
`

const shownSchema = z.looseObject({
  displayName: z.string(),
  state: z.string(),
  history: z.array(z.looseObject({ kind: z.string() })),
})
const rowsSchema = z.array(z.looseObject({ tenantId: z.string() }))

/** The commands about tenants, in a folder with a configuration and an empty lake that each test has for itself. */
export interface TenantCommands {
  readonly cli: CommandLine
  readonly folder: string
  readonly lake: ObjectStore
  add(tenantId: string, ...options: readonly string[]): Promise<void>
  show(tenantId: string): Promise<z.infer<typeof shownSchema>>
  listIds(...options: readonly string[]): Promise<string[]>
}

export function tenantCommands(): TenantCommands {
  const cli = commandLine()
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mailtrail-tenant-'))
    await writeFile(join(folder, 'mailtrail.yaml'), fleetYaml)
    vi.stubEnv('MAILTRAIL_CONFIG', join(folder, 'mailtrail.yaml'))
    vi.stubEnv('MAILTRAIL_LAKE', `file:${folder}/lake`)
  })
  afterEach(() => rm(folder, { recursive: true }))
  return {
    cli,
    get folder() {
      return folder
    },
    get lake() {
      return createFolderStore(join(folder, 'lake'))
    },
    add: (tenantId, ...options) => cli.run(['tenant', 'add', '--tenant', tenantId, '--name', 'Contoso', ...options]),
    show: async (tenantId) => shownSchema.parse(await cli.json(['tenant', 'show', tenantId])),
    listIds: async (...options) => {
      const rows = rowsSchema.parse(await cli.json(['tenant', 'list', ...options]))
      return rows.map(({ tenantId }) => tenantId)
    },
  }
}
