import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { parseTenantId } from '@mailtrail/core'
import { alertKey, createFolderStore, emailEventsKey, type ObjectStore, rawKey, tenantKey } from '@mailtrail/lake'
import { addTenant, noteKeptOperations, recordHistory } from '@mailtrail/tenants'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { runCommandLine } from '../run-command-line.ts'

const id = '11111111-2222-4333-8444-555555555555'
const second = '22222222-2222-4333-8444-555555555555'
const app = '33333333-3333-4444-8555-666666666666'
const yaml = `
app: { clientId: ${app}, credential: "env:APP" }
destinations: [{ name: siem, url: "https://siem.example", secret: "env:SIEM" }]
routes: { Audit.Exchange: [MailItemsAccessed], Audit.General: [Send] }
`
let folder: string
let out: string
let said: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailtrail-tenant-'))
  await writeFile(join(folder, 'mailtrail.yaml'), yaml)
  vi.stubEnv('MAILTRAIL_CONFIG', join(folder, 'mailtrail.yaml'))
  vi.stubEnv('MAILTRAIL_LAKE', `file:${folder}/lake`)
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    out += String(chunk)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    said += String(chunk)
    return true
  })
})
afterEach(async () => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

describe('mailtrail tenant add', () => {
  test('needs an id and a name where the fleet has an app, and begins with a backfill', async () => {
    await run(['tenant', 'add', '--tenant', id, '--name', 'Contoso'])
    expect(out).toBe('')
    expect(await show(id)).toMatchObject({
      displayName: 'Contoso',
      cloud: 'worldwide',
      credentials: [],
      state: 'active',
      contentTypes: ['Audit.Exchange'],
      windowMinutes: 10,
      history: [{ kind: 'added', backfill: true }],
    })
  })

  test('takes every field', async () => {
    const fields = ['--cloud', 'gcc', '--client-id', app, '--credential', 'env:NEW', '--credential', 'env:OLD', '--publisher-id', id]
    const lists = [
      '--tag',
      'a',
      '--tag',
      'b',
      '--destination',
      'siem',
      '--content-type',
      'Audit.Exchange',
      '--content-type',
      'Audit.General',
    ]
    const rest = [
      '--own-lake',
      'file:/srv/x',
      '--retention-days',
      '400',
      '--requests-per-minute',
      '60',
      '--window-minutes',
      '30',
      '--no-backfill',
    ]
    const added = await json(['tenant', 'add', '--tenant', id, '--name', 'Contoso', ...fields, ...lists, ...rest])
    const shown = await show(id)
    expect(shown).toMatchObject({
      cloud: 'gcc',
      clientId: app,
      credentials: ['env:NEW', 'env:OLD'],
      publisherId: id,
      tags: ['a', 'b'],
      lake: 'file:/srv/x',
      retention: { rawDays: 400, itemsDays: 400, emailEventsDays: 400 },
      requestsPerMinute: 60,
      destinations: ['siem'],
      contentTypes: ['Audit.Exchange', 'Audit.General'],
      windowMinutes: 30,
      history: [{ kind: 'added', backfill: false }],
    })
    expect(added).toMatchObject({ tags: ['a', 'b'], result: 'added' })
  })

  test.each([
    { title: 'a secret for its reference', options: ['--client-id', app, '--credential', 'canary'], says: 'must be a reference' },
    { title: 'a credential without an app', options: ['--credential', 'env:X'], says: 'go together' },
    { title: 'a destination nobody configured', options: ['--destination', 'splunk'], says: '"splunk"' },
    { title: 'a content type of which nothing is kept', options: ['--content-type', 'DLP.All'], says: 'routes in mailtrail.yaml' },
    { title: 'a window that does not divide an hour', options: ['--window-minutes', '7'], says: 'one of 5, 10' },
  ])('refuses $title, and registers nothing', async ({ options, says }) => {
    await run(['tenant', 'add', '--tenant', id, '--name', 'Contoso', ...options], 2)
    expect(said).toContain(says)
    expect(said).not.toContain('canary')
    expect(await json(['tenant', 'list'])).toEqual([])
  })

  test('refuses a tenant that is collected, and takes one that was removed again', async () => {
    await add(id)
    await run(['tenant', 'add', '--tenant', id, '--name', 'Other'], 1)
    expect(said).toContain('TENANT_EXISTS')
    await run(['tenant', 'remove', id, '--yes'])
    await run(['tenant', 'add', '--tenant', id, '--name', 'Other', '--no-backfill'])
    expect(said).toContain('added again')
    const { displayName, state, history } = await show(id)
    expect([displayName, state]).toEqual(['Other', 'active'])
    expect(history.map(({ kind }) => kind)).toEqual(['added', 'removed', 'added'])
  })
})

describe('mailtrail tenant hold', () => {
  test('says who holds a tenant since when and why, until it is released', async () => {
    await add(id)
    expect(await json(['tenant', 'hold', id, '--reason', 'lawsuit 7'])).toMatchObject({ legalHold: { reason: 'lawsuit 7' } })
    expect(await show(id)).toMatchObject({ legalHold: { reason: 'lawsuit 7', by: expect.stringContaining('@') } })
    await run(['tenant', 'add', '--tenant', id, '--name', 'Contoso'], 1)
    expect(await json(['tenant', 'release', id, '--reason', 'settled'])).toEqual({ tenantId: id, wasHeld: true })
    expect(await json(['tenant', 'release', id, '--reason', 'settled'])).toEqual({ tenantId: id, wasHeld: false })
    const { history, legalHold } = await show(id)
    expect(legalHold).toBeUndefined()
    expect(history.slice(1)).toMatchObject([
      { kind: 'legal-hold-set', reason: 'lawsuit 7' },
      { kind: 'legal-hold-lifted', reason: 'settled' },
    ])
  })

  test('needs a reason', async () => {
    await add(id)
    await run(['tenant', 'hold', id], 2)
    await run(['tenant', 'hold', id, '--reason', ' '], 2)
    expect(await show(id)).not.toHaveProperty('legalHold')
  })
})

describe('a retention that keeps items longer than raw', () => {
  test('is refused by add and update, and a shorter one is taken', async () => {
    await run(['tenant', 'add', '--tenant', id, '--name', 'Contoso', '--raw-days', '30', '--items-days', '31'], 2)
    expect(said).toContain('retention keeps items (31 days) longer than the raw evidence they are made from (30 days)')
    await add(id, '--raw-days', '30')
    await run(['tenant', 'update', id, '--items-days', '31'], 2)
    await run(['tenant', 'update', id, '--raw-days', '7'], 2)
    expect(await show(id)).toMatchObject({ retention: { rawDays: 30 } })
    await run(['tenant', 'update', id, '--items-days', '20', '--email-events-days', '5'])
    expect(await show(id)).toMatchObject({ retention: { rawDays: 30, itemsDays: 20, emailEventsDays: 5 } })
  })
})

describe('mailtrail tenant update', () => {
  test('changes what is named, and tells the collection by a dated event', async () => {
    await add(id, '--tag', 'a', '--tag', 'b', '--retention-days', '30')
    const options = ['--name', 'New', '--tag', 'c', '--untag', 'a', '--retention-days', 'none', '--window-minutes', '30']
    expect(await json(['tenant', 'update', id, ...options])).toMatchObject({ displayName: 'New', tags: ['b', 'c'], collection: 'changed' })
    const shown = await show(id)
    expect(shown).not.toHaveProperty('retention')
    expect(shown.history.at(-1)).toMatchObject({ kind: 'collection-changed', contentTypes: ['Audit.Exchange'], windowMinutes: 30 })
    expect(await json(['tenant', 'update', id, '--window-minutes', '30'])).toMatchObject({ collection: 'unchanged' })
  })

  test('moves a tenant to an app of its own and back', async () => {
    await add(id)
    expect(await json(['tenant', 'update', id, '--client-id', app, '--credential', 'env:X'])).toMatchObject({ credentials: ['env:X'] })
    expect(await json(['tenant', 'update', id, '--client-id', 'none'])).toMatchObject({ credentials: [] })
  })

  test('refuses faults before it changes anything', async () => {
    await add(id)
    await run(['tenant', 'update', id, '--window-minutes', '30', '--cloud', 'moon'], 2)
    expect(await show(id)).toMatchObject({ windowMinutes: 10, cloud: 'worldwide' })
  })
})

test('a rotation keeps the new and the old credential until the old one is dropped', async () => {
  await add(id, '--client-id', app, '--credential', 'env:ONE')
  expect(await json(['tenant', 'rotate', id, '--credential', 'env:TWO'])).toMatchObject({ credentials: ['env:TWO', 'env:ONE'] })
  expect(await json(['tenant', 'rotate', id, '--credential', 'env:TWO'])).toMatchObject({ credentials: ['env:TWO', 'env:ONE'] })
  expect(await json(['tenant', 'rotate', id, '--credential', 'env:THREE'])).toMatchObject({ credentials: ['env:THREE', 'env:TWO'] })
  expect(await json(['tenant', 'rotate', id, '--drop-old'])).toMatchObject({ credentials: ['env:THREE'] })
  await add(second)
  await run(['tenant', 'rotate', second, '--credential', 'env:X'], 2)
  expect(said).toContain('go together')
  await run(['tenant', 'rotate', id], 2)
  expect(said).toContain('--drop-old, or both')
})

describe('pause and removal', () => {
  test('are confirmed, or nothing happens', async () => {
    await add(id)
    for (const command of ['pause', 'remove']) {
      await run(['tenant', command, id], 2)
      expect(said).toMatch(/for ever[\s\S]*--yes/)
      expect(await show(id)).toMatchObject({ state: 'active' })
    }
  })

  test('are told once: a second time is a note and no error', async () => {
    await add(id)
    await run(['tenant', 'resume', id])
    expect(said).toContain('was not paused')
    expect(await json(['tenant', 'pause', id, '--yes'])).toMatchObject({ before: 'active' })
    expect(await json(['tenant', 'pause', id])).toMatchObject({ before: 'paused' })
    expect(await json(['tenant', 'resume', id, '--no-backfill'])).toMatchObject({ before: 'paused' })
    expect(await json(['tenant', 'remove', id, '--yes'])).toMatchObject({ before: 'active' })
    expect(await json(['tenant', 'remove', id])).toMatchObject({ before: 'removed' })
    const { state, history } = await show(id)
    expect(state).toBe('removed')
    expect(history.map(({ kind }) => kind)).toEqual(['added', 'paused', 'resumed', 'removed'])
  })

  test('removal reports coverage, history and what remains', async () => {
    await add(id)
    await createFolderStore(join(folder, 'lake')).create(`raw/operation=MailItemsAccessed/tenant=${id}/date=2024-03-14/x`, Buffer.from('x'))
    await run(['tenant', 'remove', id, '--yes'])
    expect(out).toMatch(/Coverage of the 14 days before, in hours: .*outside \d+/)
    expect(out).toContain(`raw/operation=MailItemsAccessed/tenant=${id}/`)
    expect(out).not.toContain(`ledger/tenant=${id}`)
    expect(out).toMatch(/added +contentTypes Audit\.Exchange/)
  })
})

describe('mailtrail tenant list', () => {
  test('pages, filters by tag, and tells the state of each', async () => {
    await add(id, '--tag', 'gold')
    await add(second, '--tag', 'gold')
    await add('44444444-2222-4333-8444-555555555555')
    await run(['tenant', 'pause', second, '--yes'])
    expect(await listIds('--limit', '1', '--offset', '1')).toEqual([second])
    expect(said).toContain('1 of 3 tenants, from the 2. on')
    expect(await listIds('--tag', 'gold', '--offset', '1')).toEqual([second])
    await run(['tenant', 'list'])
    expect(out).toMatch(new RegExp(`^${id} {2}active .*gold.*\n${second} {2}paused `))
  })

  test('shows a registration that cannot be read beside the others, with exit code 3', async () => {
    await add(id)
    await createFolderStore(join(folder, 'lake')).create(tenantKey(parseTenantId(second)), Buffer.from('{'))
    await run(['tenant', 'list'], 3)
    expect(out).toContain(`${id}  active`)
    expect(out).toContain(`${second}  unreadable`)
  })
})

describe('mailtrail tenant import', () => {
  const list = `tenant_id,display_name,credential\n${id},Contoso,\n${second},Fabrikam,canary\nx,Tailspin,\n`

  test('plans without changing anything, and applies the plan', async () => {
    await writeFile(join(folder, 'clients.csv'), list)
    const plan = await json(['tenant', 'import', join(folder, 'clients.csv'), '--dry-run'], 3)
    expect(plan).toMatchObject({ plan: join(folder, 'clients.plan.json'), counts: { add: 1, invalid: 2 } })
    expect(await json(['tenant', 'list'])).toEqual([])
    const applied = await json(['tenant', 'apply', join(folder, 'clients.plan.json')], 3)
    expect(applied).toMatchObject({ results: join(folder, 'clients.results.csv'), counts: { added: 1, failed: 2 } })
    const results = await readFile(join(folder, 'clients.results.csv'), 'utf8')
    expect(results).toContain(`2,${id},added,`)
    for (const written of [results, JSON.stringify(plan), said]) expect(written).not.toContain('canary')
    expect(await readFile(join(folder, 'clients.plan.json'), 'utf8')).not.toContain('canary')
  })

  test('does both in one command, and the second time finds nothing to do', async () => {
    await writeFile(join(folder, 'clients.csv'), `tenant_id,display_name\n${id},Contoso\n${second},Fabrikam\n`)
    await run(['tenant', 'import', join(folder, 'clients.csv'), '--no-backfill'])
    expect(said).toContain('2 added')
    expect(await show(id)).toMatchObject({ history: [{ kind: 'added', backfill: false }] })
    await run(['tenant', 'import', join(folder, 'clients.csv')])
    expect(said).toContain('2 unchanged')
  })

  test.each([
    { title: 'an unknown column', name: 'clients.csv', text: 'tenant_id,name\n', says: '"name"' },
    { title: 'no file', name: 'other.csv', text: '', says: 'is not there' },
  ])('refuses $title', async ({ name, text, says }) => {
    await writeFile(join(folder, 'clients.csv'), text)
    await run(['tenant', 'import', join(folder, name)], 2)
    expect(said).toContain(says)
  })
})

describe('mailtrail secret', () => {
  test('seals what comes in for one tenant, under a key it made', async () => {
    await run(['secret', 'new-key'])
    vi.stubEnv('KEY', out.trim())
    await writeFile(join(folder, 'mailtrail.yaml'), `${yaml}masterKey: env:KEY\n`)
    vi.spyOn(process, 'stdin', 'get').mockReturnValue(Object.assign(Readable.from(['canary\n']), process.stdin))
    await run(['secret', 'seal', '--tenant', id])
    expect(out).toMatch(/^sealed:v1:[\w-]+\n$/)
    const sealed = out.trim()
    await add(id, '--client-id', app, '--credential', sealed)
    expect(await show(id)).toMatchObject({ credentials: [sealed] })
    await run(['tenant', 'show', id])
    expect(out).toContain('sealed:v1:…')
  })

  test('does not seal without a key', async () => {
    await run(['secret', 'seal', '--tenant', id], 2)
    expect(said).toContain('masterKey')
  })
})

describe('mailtrail tenant purge', () => {
  const tenantId = parseTenantId(id)
  const raw = rawKey('MailItemsAccessed', tenantId, '2024-03-14', 'content')
  const asked = ['tenant', 'purge', id, '--reason', 'the contract ended']

  async function addRemoved(hoursAgo: number): Promise<ObjectStore> {
    const lake = createFolderStore(join(folder, 'lake'))
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
    const kinds = await json([...asked, '--dry-run'])
    expect(kinds).toMatchObject({ kinds: expect.arrayContaining([{ kind: 'email-events', objects: 1, bytes: 6 }]) })
    await run(asked, 2)
    expect(said).toContain('NOT_CONFIRMED')
    expect(said).toContain('alerts        1 object, 5 bytes')
    expect(await lake.stat(emailEventsKey(tenantId, '2024-03-14', 'a'))).toBeDefined()
  })

  test('deletes, reports, and can be run again', async () => {
    const lake = await addRemoved(2)
    await noteKeptOperations(lake, ['MailItemsAccessed'])
    await lake.create(raw, Buffer.from('raw'))
    await run([...asked, '--yes'])
    expect(out).toContain('raw           1 object removed, 3 bytes')
    expect(await lake.stat(raw)).toBeUndefined()
    expect(await json([...asked, '--yes'])).toMatchObject({
      reason: 'the contract ended',
      kinds: expect.arrayContaining([{ kind: 'raw', removed: 0, bytes: 0, locked: 0, lockedUntil: null }]),
    })
    expect(await show(id)).toMatchObject({ displayName: 'Contoso', state: 'removed' })
  })

  test('is refused for a tenant that is collected, was just removed, or is held', async () => {
    await add(second)
    await run(['tenant', 'purge', second, '--reason', 'x', '--yes'], 1)
    expect(said).toContain('TENANT_STILL_COLLECTED')
    await addRemoved(0.5)
    await run([...asked, '--yes'], 5)
    expect(said).toContain('PURGE_TOO_EARLY')
    await run(['tenant', 'hold', id, '--reason', 'lawsuit 7'])
    await run([...asked, '--yes'], 1)
    expect(said).toContain('TENANT_HELD')
  })
})

describe('mailtrail backfill', () => {
  const ago = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString()

  test('dates the request, cut to what can be listed, and says what was cut', async () => {
    await add(id)
    const asked = await json(['backfill', '--tenant', id, '--from', ago(400), '--to', ago(1), '--priority'])
    expect(said).toContain('nothing can be listed any more')
    expect(asked).toMatchObject({ priority: true })
    expect((await show(id)).history.at(-1)).toMatchObject({ kind: 'backfill-requested', priority: true })
  })

  test('refuses a time of which nothing can be listed', async () => {
    await add(id)
    await run(['backfill', '--tenant', id, '--from', ago(400), '--to', ago(300)], 2)
    expect(said).toContain('BACKFILL_IMPOSSIBLE')
  })
})

async function run(argv: readonly string[], code = 0): Promise<void> {
  out = ''
  said = ''
  expect(await runCommandLine(argv), said).toBe(code)
}

async function json(argv: readonly string[], code = 0): Promise<unknown> {
  await run([...argv, '--json'], code)
  return JSON.parse(out)
}

async function add(tenantId: string, ...options: readonly string[]): Promise<void> {
  await run(['tenant', 'add', '--tenant', tenantId, '--name', 'Contoso', ...options])
}

const shownSchema = z.looseObject({
  displayName: z.string(),
  state: z.string(),
  history: z.array(z.looseObject({ kind: z.string() })),
})

async function show(tenantId: string): Promise<z.infer<typeof shownSchema>> {
  return shownSchema.parse(await json(['tenant', 'show', tenantId]))
}

const rowsSchema = z.array(z.looseObject({ tenantId: z.string() }))

async function listIds(...options: readonly string[]): Promise<string[]> {
  return rowsSchema.parse(await json(['tenant', 'list', ...options])).map(({ tenantId }) => tenantId)
}
