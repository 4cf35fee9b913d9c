import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dayMs, hourMs, type LedgerEntry, parseTenantId, utcDate } from '@mailtrail/core'
import { alertPrefix, createFolderStore, EvidenceWriter, foldDay, type ObjectStore, tenantKey, writeLedgerEntry } from '@mailtrail/lake'
import { addTenant, recordHistory } from '@mailtrail/tenants'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { commandLine } from '../../test/command-line.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const other = parseTenantId('22222222-2222-4333-8444-555555555555')
const contentType = 'Audit.Exchange'
const start = Date.parse('2024-03-14T00:00:00Z')
let folder: string
let lake: ObjectStore
const cli = commandLine()

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailtrail-evidence-'))
  lake = createFolderStore(join(folder, 'lake'))
  vi.stubEnv('MAILTRAIL_LAKE', `file:${folder}/lake`)
  await addTenant(lake, { tenantId, displayName: 'Clinic', cloud: 'worldwide', credentials: [], tags: [] })
  await recordHistory(lake, tenantId, { kind: 'added', at: start, contentTypes: [contentType], windowMinutes: 60, backfill: false })
  await recordHistory(lake, tenantId, { kind: 'removed', at: start + hourMs })
})
afterEach(() => rm(folder, { recursive: true }))

describe('mailtrail evidence', () => {
  test('says that a lake is whole, and unanchored without a head', async () => {
    await storeWindow()
    await cli.run(['evidence', 'verify', '--tenant', tenantId])
    expect(cli.out).toContain(`tenant ${tenantId}: whole`)
    expect(cli.out).toContain('2 entries, 0 folds, 0 tombstones, 1 objects')
    expect(cli.out).toContain('unanchored')
  })

  test('names what was altered, with exit code 1, and raises one alert for it', async () => {
    const key = await storeWindow()
    await writeFile(join(folder, 'lake', key), 'other bytes')
    await cli.run(['evidence', 'verify', '--tenant', tenantId], 1)
    expect(cli.out).toContain(`altered: ${key}`)
    const report = jsonSchema.parse(await cli.json(['evidence', 'verify', '--all'], 1))
    expect(report.tenants[0]?.findings.map(({ what, key: found }) => [what, found])).toEqual([['altered', key]])
    const alerts = await Array.fromAsync(lake.list(alertPrefix(tenantId)))
    expect(alerts).toHaveLength(1)
    const alert = JSON.parse(Buffer.from((await lake.read(alerts[0] ?? '')) ?? '').toString())
    expect(alert).toMatchObject({ kind: 'evidence.verify_failed', data: { findings: 1, altered: 1, missing: 0 } })
  })

  test('takes the heads that it printed, a digest, and lines of a log', async () => {
    await storeWindow()
    await foldDay(lake, { tenantId, contentType, date: utcDate(start), fold: 1 }, { periods: [], coverage: null })
    await cli.run(['evidence', 'head', '--all', '--json'])
    const file = join(folder, 'heads.json')
    await writeFile(file, cli.out)
    const [head] = z.object({ heads: z.array(z.looseObject({ sha256: z.string() })) }).parse(JSON.parse(cli.out)).heads
    const log = join(folder, 'log')
    await writeFile(log, `{"event":"window.sealed"}\n${JSON.stringify({ level: 30, event: 'evidence.head', ...head })}\nno json "sha256"\n`)
    for (const given of [file, log, head?.sha256 ?? '']) {
      await cli.run(['evidence', 'verify', '--tenant', tenantId, '--head', given])
      expect(cli.out).toContain('anchored: 1 published head found, which vouch for 1 folds')
    }
    await cli.run(['evidence', 'head', '--tenant', tenantId])
    expect(cli.out).toContain(`${tenantId}  ${contentType}  2024-03-14  1  ${head?.sha256}`)
    await cli.run(['evidence', 'verify', '--tenant', tenantId, '--head', '0'.repeat(64)], 1)
    expect(cli.out).toContain(`head not in the chain: ${'0'.repeat(64)}`)
  })

  test('tells of a tenant whose lake cannot be read, and verifies the others, with exit code 3', async () => {
    await storeWindow()
    await lake.create(tenantKey(other), Buffer.from('{"schema":3}'))
    await cli.run(['evidence', 'verify', '--all'], 3)
    expect(cli.out).toContain(`tenant ${tenantId}: whole`)
    expect(cli.out).toContain(`tenant ${other}: not verified`)
  })

  test.each([
    { argv: ['verify'], says: "needs '--tenant <guid>' or '--all'" },
    { argv: ['head', '--all', '--tenant', tenantId], says: "needs '--tenant <guid>' or '--all'" },
    { argv: ['verify', '--all', '--head', '0'.repeat(64)], says: 'a digest is of one tenant' },
    { argv: ['verify', '--tenant', tenantId, '--head', '/none'], says: 'EVIDENCE_HEAD_INVALID' },
    { argv: ['verify', '--tenant', tenantId, '--from', '2024-03-02', '--to', '2024-03-01'], says: 'TIME_INVALID' },
  ])('refuses $argv', async ({ argv, says }) => {
    await cli.run(['evidence', ...argv], 2)
    expect(cli.said).toContain(says)
  })
})

const jsonSchema = z.object({
  schema: z.literal(1),
  tenants: z.array(z.looseObject({ findings: z.array(z.looseObject({ what: z.string(), key: z.string() })) })),
})

/** A window with one stored content. @returns the key of its object */
async function storeWindow(): Promise<string> {
  await using writer = new EvidenceWriter(lake, { tenantId, contentId: 'c', spoolFolder: folder })
  await writer.add({ operation: 'MailItemsAccessed', date: utcDate(start), line: Buffer.from('{}'), id: 'r', digest: '0'.repeat(64) })
  const { objects } = await writer.store()
  const counts = { recordsSeen: 1, recordsKept: 1, bodySha256: null }
  const content = { id: 'c', uri: 'https://x', created: start, expiration: start + 7 * dayMs, ...counts }
  const entry: LedgerEntry = {
    tenantId,
    contentType,
    start,
    end: start + hourMs,
    entry: 'listed',
    writtenAt: start + hourMs,
    listing: { serviceDate: start + hourMs, localDate: start + hourMs, pages: 1, contents: 1 },
    operations: ['MailItemsAccessed'],
    selectorVersion: '1',
    contents: [{ ...content, outcome: 'pending', objects: [] }],
  }
  await writeLedgerEntry(lake, entry)
  await writeLedgerEntry(lake, { ...entry, entry: 'seal', listing: null, contents: [{ ...content, outcome: 'stored', objects }] })
  return objects[0]?.key ?? ''
}
