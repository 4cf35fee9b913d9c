import { eventDate, isInRange, normalizeAddress, parseAddressRange, recordDigest } from '@mailtrail/core'
import { EvidenceWriter, rawPrefix } from '@mailtrail/lake'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compactDate } from '../items/compact-date.ts'
import { itemColumns } from '../items/item-columns.ts'
import { ask } from '../testing/ask.ts'
import { bind, dora, emailEvent, emil, ownerAddress, sync } from '../testing/build-records.ts'
import { generateRecords } from '../testing/generate-records.ts'
import { createLakeFixture, type Json, type LakeFixture, otherTenantId, tenantId } from '../testing/lake-fixture.ts'
import { createLakeSqlCase } from '../testing/lake-sql-case.ts'
import { countsOf, countsOfViews, findingsOfAnswer, findingsOfViews } from '../testing/lake-sql-findings.ts'

const flagged = [
  { Value: 'True', Name: 'IsThrottled' },
  { Name: 'MailAccessType', Value: 'Bind' },
]
const fifty = Array.from({ length: 50 }, (_, index) => `r${index}@hospital.example`)

function story(): (Json | string)[] {
  const record = bind(['twice@x', 'other@x'], { SessionId: 'S-1', AppId: 'S-2' })
  return [
    record,
    JSON.stringify(Object.fromEntries(Object.entries(record).reverse())),
    { ...record, Folders: bind(['variant@x']).Folders },
    bind([], {
      Folders: [
        { Path: '\\Inbox', FolderItems: [] },
        { Path: '\\Drafts', FolderItems: null },
        { Path: '\\Boîte de réception', FolderItems: [{ InternetMessageId: '<a@x>' }, { InternetMessageId: ' <B@X> ' }] },
        { Path: '\\Deleted Items', FolderItems: [{ InternetMessageId: 'c@x' }, { InternetMessageId: '<a@x>' }, { SizeInBytes: 5 }] },
      ],
    }),
    bind([], { Folders: null }),
    bind(['undated@x'], { CreationTime: null }),
    bind(['no-address@x'], { ClientIPAddress: undefined }),
    bind(['service@x'], { ClientIPAddress: '2603:10a6:20b:1::5' }),
    bind(['mapped@x'], { ClientIPAddress: '[::ffff:174.20.1.1]:443' }),
    bind(['not-there@x'], { ClientIPAddress: '174.200.1.1' }),
    bind(['theirs@x'], { OrganizationId: otherTenantId }),
    bind(['other-operation@x'], { Operation: 'Send' }),
    bind(['earlier@x'], { CreationTime: '2024-03-13T09:00:00' }),
    bind(['no-guid@x'], { MailboxGuid: undefined, CreationTime: '2024-03-14T09:30:00.1239' }),
    bind(['renamed@x'], { MailboxOwnerUPN: 'Dora.New@hospital.example', CreationTime: '2024-03-14T10:00:00+00:00' }),
    bind(['wrapped@x'], { Folders: JSON.stringify(bind(['wrapped@x']).Folders) }),
    ...['12:00:00', '20:00:00'].map((time) =>
      bind(['own@x'], { ...emil, ClientIPAddress: ownerAddress, OperationProperties: flagged, CreationTime: `2024-03-13T${time}` }),
    ),
    sync('Inbox'),
    sync('Inbox', { CreationTime: '2024-03-14T09:30:00' }),
    sync('Archive', { OperationProperties: [], Folders: [{ Path: '\\Archive\\Old' }] }),
    sync('', { Item: null, ClientIP: 'nowhere' }),
  ]
}

function emails(): Json[] {
  return [
    ...fifty.map((RecipientEmailAddress) => emailEvent('a@x', { RecipientEmailAddress })),
    emailEvent('a@x', { Timestamp: '2024-03-14T08:20:00Z', Subject: 'Latest', ReportId: 'r3' }),
    emailEvent('a@x', { Timestamp: '2024-03-14T08:10:00Z', Subject: 'Middle', ReportId: 'r2' }),
    emailEvent('b@x'),
    emailEvent('c@x', { RecipientEmailAddress: 'x@partner.example' }),
    emailEvent('twice@x', { NetworkMessageId: 'n1', Subject: 'One' }),
    emailEvent('twice@x', { NetworkMessageId: 'n2', Subject: 'Two' }),
    emailEvent('quiet@x', { RecipientEmailAddress: 'quiet@hospital.example' }),
    ...[dora.MailboxOwnerUPN, 'not.dora@hospital.example'].map((SenderFromAddress, index) =>
      emailEvent('corrected@x', {
        SenderFromAddress,
        RecipientEmailAddress: 'y@partner.example',
        Timestamp: `2024-03-14T08:0${index}:00Z`,
      }),
    ),
    emailEvent('late@x', { Timestamp: '2024-03-14T22:00:00Z' }),
    { ...emailEvent('mine@x', { Subject: 'Theirs' }), tenantId: otherTenantId },
  ]
}

async function compactAll({ lake }: LakeFixture): Promise<void> {
  const keys = await Array.fromAsync(lake.list(rawPrefix('MailItemsAccessed', tenantId)))
  for (const date of new Set(keys.map((key) => /\/date=([^/]+)\//.exec(key)?.[1] ?? ''))) await compactDate(lake, tenantId, date)
}

/** As the fetcher stores it, with digests before the packed lines. */
async function writeEvidence({ lake, cacheFolder }: LakeFixture, records: readonly Json[], compression: 'gzip' | 'zstd'): Promise<void> {
  await using writer = new EvidenceWriter(lake, { tenantId, contentId: compression, spoolFolder: cacheFolder, compression })
  for (const record of records) {
    const line = JSON.stringify(record)
    const date = eventDate(record.CreationTime)
    await writer.add({ operation: 'MailItemsAccessed', date, line: Buffer.from(line), id: String(record.Id), digest: recordDigest(line) })
  }
  await writer.store()
}

/** A table needs a file: these are of a time that nobody asks about. */
async function compactSome(fixture: LakeFixture): Promise<void> {
  await fixture.putRecords([bind(['old@x'], { CreationTime: '2023-01-01T00:00:00' })])
  await compactDate(fixture.lake, tenantId, '2023-01-01')
}

describe('the DuckDB views over a lake', () => {
  test('give what the embedded engine answers: before, while and after records are compacted', async () => {
    await using fixture = await createLakeFixture()
    await compactSome(fixture)
    const told = story()
    await fixture.putRecords(told)
    await writeEvidence(fixture, [bind(['gzip@x'])], 'gzip')
    await writeEvidence(fixture, [bind(['zstd@x'])], 'zstd')
    await fixture.putRecords([bind(['elsewhere@x'])], { tenant: otherTenantId })
    await fixture.putEmailEvents(emails())
    await fixture.putEmailEvents([emailEvent('a@x', { Subject: 'Theirs' })], { tenant: otherTenantId })
    await using engine = await createLakeSqlCase(fixture)
    await engine.open()
    const expected = await ask(fixture)
    expect(findingsOfAnswer(expected)).toMatchObject([{ totals: { messages: 12 } }, { throttled: [{}] }])
    expect(await findingsOfViews(engine)).toEqual(findingsOfAnswer(expected))
    expect(await countsOfViews(engine)).toEqual(countsOf(expected))

    await compactAll(fixture)
    const [known] = told
    await fixture.putRecords([
      bind(['late@x'], { CreationTime: '2024-03-14T11:00:00' }),
      { ...(known as Json), Folders: bind(['late-variant@x']).Folders },
      ...told.slice(3, 6),
    ])
    await engine.open()
    expect(await engine.rows('SELECT DISTINCT date FROM stale_records')).toEqual([{ date: '2024-03-14' }])
    const later = await ask(fixture)
    expect(later.lower).toBe(expected.lower + 2)
    expect(await findingsOfViews(engine)).toEqual(findingsOfAnswer(later))
    expect(await countsOfViews(engine)).toEqual(countsOf(later))

    await compactAll(fixture)
    await engine.open({ mailbox: 'DORA@hospital.example', networks: '', sessions: 'S-1, s-9', apps: 's-2' })
    expect(await engine.rows('SELECT * FROM stale_records')).toEqual([])
    const other = { mailbox: dora.MailboxOwnerUPN, ranges: [], sessions: ['s-1', 's-9'], apps: ['s-2'] }
    const [doras] = await findingsOfViews(engine)
    expect([doras]).toEqual(findingsOfAnswer(await ask(fixture, other)))

    await engine.open({ networks: '174.20.0.0/16, 174.20.0.0/61' })
    expect(await engine.rows('SELECT network FROM unreadable_networks')).toEqual([{ network: '174.20.0.0/61' }])
    expect(await engine.rows("SELECT DISTINCT verdict FROM accesses WHERE address = '174.200.1.1'")).toEqual([{ verdict: 'undetermined' }])
  }, 120_000)
  test('make of raw the rows that the compactor makes, in the columns of items', async () => {
    await using fixture = await createLakeFixture()
    // The odd half of the generated records has shapes that only core reads.
    const plain = generateRecords(400).filter((_, index) => index % 2 === 0)
    await fixture.putRecords([...plain, ...story()].filter((record) => !JSON.stringify(record).includes('\\ud83d')))
    await compactSome(fixture)
    await fixture.putEmailEvents([emailEvent('a@x')])
    await using engine = await createLakeSqlCase(fixture)
    await engine.open()
    const described = await engine.rows('SELECT column_name AS name, column_type AS type FROM (DESCRIBE item_rows)')
    const added = ['date', 'record_key', 'record_group'].map((name) => ({ name, type: 'VARCHAR' }))
    expect(described).toEqual([...itemColumns.map(({ name, type }) => ({ name, type })), ...added])
    const wrong = 'SELECT record_key FROM raw_items GROUP BY record_key HAVING list_sort(list(item_index)) <> range(count(*))'
    expect(await engine.rows(wrong)).toEqual([])

    const own = ['record_digest', 'raw_object', 'raw_line', 'item_index', 'record_key']
    const rows = (view: string) => engine.rows(`SELECT * EXCLUDE (${own.join(', ')}) FROM ${view} ORDER BY ALL`)
    const fromRaw = await rows('raw_items')
    expect(fromRaw.length).toBeGreaterThan(200)
    await compactAll(fixture)
    expect(await rows('compacted')).toEqual(fromRaw)
  }, 60_000)

  test('read and compare addresses as core does', async () => {
    await using fixture = await createLakeFixture()
    await compactSome(fixture)
    await fixture.putEmailEvents([emailEvent('a@x')])
    await using engine = await createLakeSqlCase(fixture)
    const octets = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 4 }).map((parts) => parts.join('.'))
    const groups = fc.array(fc.constantFrom('0', '0', '1', 'DB8', 'ffff', '00a6'), { minLength: 8, maxLength: 8 })
    const shortened = groups.map((parts) => parts.join(':').replace(/(^|:)0(:0)+(:|$)/, '::'))
    const bare = fc.oneof(
      octets,
      groups.map((parts) => parts.join(':')),
      shortened,
      octets.map((tail) => `::ffff:${tail}`),
      fc.ipV6(),
      fc.ipV4(),
    )
    const odd = fc.constantFrom(
      '',
      ' ',
      'localhost',
      'NAME (10.0.0.1)',
      '010.1.1.1',
      '1.2.3',
      '1:2',
      '1::2::3',
      ':::',
      '::1/64',
      '1.2.3.4%x',
    )
    const wrapped = fc
      .tuple(bare, fc.constantFrom('', ':443', ':99999', '%eth0', ' '))
      .map(([text, after]) => [`${text}${after}`, `[${text}]${after}`])
    const sampled = fc.sample(
      fc.oneof(
        wrapped.map(([plain = '']) => plain),
        wrapped.map(([, inBrackets = '']) => inBrackets),
        bare,
        odd,
      ),
      { numRuns: 600, seed: 7 },
    )
    // Core takes the old spelling ::192.0.2.1 for v4, the engines for v6.
    const texts = sampled.filter((text) => !/^\[?::\d+\./.test(text))
    const read = await engine.rows(`SELECT t, normalized_address(t) AS address FROM (SELECT unnest(${list(texts)}) AS t)`)
    expect(read).toEqual(texts.map((t) => ({ t, address: normalizeAddress(t) ?? null })))

    const normalized = texts.map(normalizeAddress).filter((address) => address !== undefined)
    const networks = normalized.slice(0, 40).map((address, index) => `${address}/${index % (address.includes(':') ? 129 : 33)}`)
    const pairs = await engine.rows(`SELECT n, a, starts_with(address_bits(a), network_bits(n)) AS is_in
      FROM (SELECT unnest(${list(networks)}) AS n), (SELECT unnest(${list(normalized)}) AS a)`)
    expect(pairs.length).toBeGreaterThan(1_000)
    expect(pairs.filter(({ n, a, is_in }) => isInRange(String(a), parseAddressRange(String(n))) !== is_in)).toEqual([])
  })
})

function list(texts: readonly string[]): string {
  return `CAST(['${texts.join("', '")}'] AS VARCHAR[])`
}
