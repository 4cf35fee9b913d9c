import { hourMs, parseAddressRange } from '@mailtrail/core'
import { describe, expect, test } from 'vitest'
import { investigate } from './investigate.ts'
import { ask, asked, itemisedIds, mailboxOf, settled } from './testing/ask.ts'
import { bind, dora, emailEvent, emil, intruderAddress, ownerAddress, sync } from './testing/build-records.ts'
import { createLakeFixture, otherTenantId, tenantId } from './testing/lake-fixture.ts'

describe(investigate, () => {
  test('every item of every folder counts, also after an empty first folder', async () => {
    await using fixture = await createLakeFixture()
    await fixture.putRecords([
      bind([], {
        Folders: [
          { Path: '\\Inbox', FolderItems: [] },
          { Path: '\\Drafts', FolderItems: null },
          { Path: '\\Boîte de réception', FolderItems: [{ InternetMessageId: '<a@x>' }, { InternetMessageId: '<b@x>' }] },
          { Path: '\\Deleted Items\\Old', FolderItems: [{ InternetMessageId: 'c@x' }, { InternetMessageId: '<a@x>' }] },
        ],
        OperationCount: 77,
      }),
      bind([], { Folders: [{ Path: '\\Inbox', FolderItems: [{ SizeInBytes: 5 }, { InternetMessageId: '' }] }] }),
      bind([], { Folders: null }),
    ])
    const answer = await ask(fixture)
    expect(itemisedIds(answer)).toEqual(['a@x', 'b@x', 'c@x'])
    expect(mailboxOf(answer)).toMatchObject({ messages: 3, accesses: 6, records: 3, unnamedAccesses: 2, namelessRecords: 1 })
    expect(mailboxOf(answer).itemised[0]).toMatchObject({ folders: ['\\Boîte de réception', '\\Deleted Items\\Old'], accesses: 2 })
    expect(answer).toMatchObject({ lower: 3, upper: 3, complete: true })
  })

  test('a Sync record of type 2 presumes every message that was there by then, and itemises none', async () => {
    await using fixture = await createLakeFixture()
    await fixture.putRecords([
      sync('Inbox'),
      sync('Inbox', { CreationTime: '2024-03-14T09:30:00' }),
      sync('Archive', { OperationProperties: [], CreationTime: '2024-03-14T08:30:00' }),
      sync('Mine', { ClientIP: ownerAddress, CreationTime: '2024-03-14T20:00:00' }),
      bind(['own@x']),
    ])
    await fixture.putEmailEvents([
      emailEvent('a@x'),
      emailEvent('own@x'),
      emailEvent('sent@x', { SenderFromAddress: 'Dora@hospital.example', RecipientEmailAddress: 'b@partner.example' }),
      emailEvent('late@x', { Timestamp: '2024-03-14T10:00:00Z' }),
      emailEvent('not-hers@x', { RecipientEmailAddress: 'x@hospital.example' }),
    ])
    const answer = await ask(fixture)
    expect(mailboxOf(answer)).toMatchObject({
      messages: 1,
      syncedFolders: [
        { folder: 'Archive', times: ['2024-03-14T08:30:00Z'] },
        { folder: 'Inbox', times: ['2024-03-14T09:00:00Z', '2024-03-14T09:30:00Z'] },
      ],
      presumed: ['a@x', 'own@x', 'sent@x'],
    })
    expect(answer).toMatchObject({ lower: 1, upper: 4 })
  })

  test('addresses are compared as addresses, not as text', async () => {
    await using fixture = await createLakeFixture()
    const addresses = [
      '174.20.1.1',
      '::ffff:174.20.1.1',
      '174.20.1.1:443',
      '[::ffff:174.20.1.1]:443',
      '174.200.1.1',
      '1.174.20.1',
      '2001:db8::1',
    ]
    await fixture.putRecords(addresses.map((address) => bind([`${address}@x`], { ClientIPAddress: address })))
    const answer = await ask(fixture)
    expect(itemisedIds(answer).sort()).toEqual(
      addresses
        .slice(0, 4)
        .map((address) => `${address}@x`)
        .sort(),
    )
    expect(answer.counts).toMatchObject({ attributed: 4, otherContext: 3 })
  })

  test('a record delivered again counts once, a different record under its Id counts beside it', async () => {
    await using fixture = await createLakeFixture()
    const record = bind(['a@x'])
    const reordered = JSON.stringify(Object.fromEntries(Object.entries(record).reverse()))
    await fixture.putRecords([record], { content: 'one' })
    await fixture.putRecords([record, reordered], { content: 'two' })
    await fixture.putRecords([{ ...record, Folders: bind(['b@x']).Folders }], { content: 'one', variant: 'f'.repeat(64) })
    await fixture.putRecords([bind(['c@x'], { Id: '' }), bind(['c@x'], { Id: '' }), bind(['d@x'], { Id: null })])
    const answer = await ask(fixture)
    expect(itemisedIds(answer)).toEqual(['a@x', 'b@x', 'c@x', 'd@x'])
    expect(answer.counts).toMatchObject({ read: 7, records: 5, duplicates: 2, variants: 1, attributed: 5 })
  })

  test('a message to fifty recipients counts once, with its latest row and its first time', async () => {
    await using fixture = await createLakeFixture()
    await fixture.putRecords([bind(['a@x'])])
    const recipients = Array.from({ length: 50 }, (_, index) => `r${String(50 - index).padStart(2, '0')}@hospital.example`)
    await fixture.putEmailEvents([
      ...recipients.map((RecipientEmailAddress) => emailEvent('a@x', { RecipientEmailAddress })),
      emailEvent('a@x', { Timestamp: '2024-03-14T08:20:00Z', Subject: 'Latest', ReportId: 'r3' }),
      emailEvent('a@x', { Timestamp: '2024-03-14T08:10:00Z', Subject: 'Middle', ReportId: 'r2' }),
    ])
    const answer = await ask(fixture)
    expect(answer).toMatchObject({ lower: 1, upper: 1, emailEvents: { read: 52, messages: 1 } })
    expect(mailboxOf(answer).itemised).toMatchObject([
      {
        internetMessageId: 'a@x',
        subject: 'Latest',
        messageTime: '2024-03-14T08:00:00Z',
        match: 'exact',
        scope: 'mailbox',
        collisions: [],
      },
    ])
    expect(mailboxOf(answer).itemised[0]?.recipients).toEqual([dora.MailboxOwnerUPN, ...recipients.toReversed()])
  })

  test('an id is matched in the mailbox before elsewhere, exactly before folded, and every collision is listed', async () => {
    await using fixture = await createLakeFixture()
    await fixture.putRecords([bind(['exact@x', 'FOLDED@x', 'elsewhere@x', 'twice@x', 'unknown@x'])])
    await fixture.putEmailEvents([
      emailEvent('exact@x', { InternetMessageId: 'exact@x' }),
      emailEvent('EXACT@x', { NetworkMessageId: 'other case' }),
      emailEvent('folded@x', { Subject: '' }),
      emailEvent('elsewhere@x', { RecipientEmailAddress: 'x@partner.example' }),
      emailEvent('twice@x', { NetworkMessageId: 'n1', Subject: 'One' }),
      emailEvent('twice@x', { NetworkMessageId: 'n2', Subject: 'Two' }),
      emailEvent('twice@x', { NetworkMessageId: 'n3', Subject: 'Not hers', RecipientEmailAddress: 'x@partner.example' }),
    ])
    const answer = await ask(fixture, {}, [{ ...asked, state: 'provisional' }])
    const found = mailboxOf(answer).itemised.map((item) => [item.internetMessageId, item.match, item.scope, item.collisions.length])
    expect(found).toEqual([
      ['FOLDED@x', 'folded', 'mailbox', 0],
      ['elsewhere@x', 'exact', 'id_only', 0],
      ['exact@x', 'exact', 'mailbox', 0],
      ['twice@x', 'exact', 'mailbox', 2],
      ['unknown@x', 'none', null, 0],
    ])
    expect(mailboxOf(answer).itemised[0]?.subject).toBe('')
    // Only EXACT@x is a further message; folded@x is FOLDED@x.
    expect(answer).toMatchObject({ lower: 5, upper: 6, complete: false, onlyProvisional: true })
  })

  test("another tenant's records and rows never appear", async () => {
    await using fixture = await createLakeFixture()
    await fixture.putRecords([bind(['mine@x']), bind(['strange@x'], { OrganizationId: otherTenantId })])
    await fixture.putRecords([bind(['theirs@x'], { OrganizationId: otherTenantId })], { tenant: otherTenantId })
    await fixture.putEmailEvents([{ ...emailEvent('mine@x', { Subject: 'Theirs' }), tenantId: otherTenantId }])
    await fixture.putEmailEvents([emailEvent('mine@x', { Subject: 'Theirs' })], { tenant: otherTenantId })
    const answer = await ask(fixture)
    expect(itemisedIds(answer)).toEqual(['mine@x'])
    expect(JSON.stringify(answer)).not.toMatch(/Theirs|strange|theirs/)
    expect(answer.counts).toMatchObject({ read: 2, records: 1, otherTenant: 1 })
    expect(answer.emailEvents).toMatchObject({ read: 1, messages: 0, otherTenant: 1 })
  })

  test.each([
    {
      title: 'last, in odd case',
      properties: [
        { Name: 'MailAccessType', Value: 'Bind' },
        { Name: 'ISTHROTTLED', Value: 'true' },
      ],
    },
    {
      title: 'first',
      properties: [
        { Name: 'IsThrottled', Value: 'True' },
        { Name: 'MailAccessType', Value: 'Bind' },
      ],
    },
    { title: 'as a boolean', properties: [{ Value: true, Name: 'IsThrottled' }] },
    { title: 'as JSON in a string', properties: '[{"Name":"IsThrottled","Value":"True"}]' },
  ])('a flag given $title opens a throttle interval, whoever caused it', async ({ properties }) => {
    await using fixture = await createLakeFixture()
    const flagged = { ...emil, ClientIPAddress: ownerAddress, OperationProperties: properties, CreationTime: '2024-03-13T12:00:00' }
    await fixture.putRecords([bind(['own@x'], flagged)])
    await fixture.putEmailEvents([
      emailEvent('before@x', { RecipientEmailAddress: emil.MailboxOwnerUPN, Timestamp: '2024-03-14T11:59:59Z' }),
      emailEvent('after@x', { RecipientEmailAddress: emil.MailboxOwnerUPN, Timestamp: '2024-03-14T12:00:00Z' }),
    ])
    const answer = await ask(fixture, { to: asked.from + 12 * hourMs }, settled)
    expect(mailboxOf(answer, emil.MailboxOwnerUPN)).toMatchObject({
      itemised: [],
      throttled: [{ from: '2024-03-13T11:58:00Z', to: '2024-03-14T12:00:00Z' }],
      possible: ['before@x'],
      coverage: [{ from: '2024-03-14T00:00:00Z', to: '2024-03-14T12:00:00Z', state: 'throttled' }],
    })
    expect(answer).toMatchObject({ lower: 0, upper: 1, complete: false, onlyProvisional: false })
  })

  test('a flagged record without a time throttles all of the asked time', async () => {
    await using fixture = await createLakeFixture()
    const flag = [{ Name: 'IsThrottled', Value: 'True' }]
    await fixture.putRecords([bind(['a@x']), bind(['b@x'], { CreationTime: null, OperationProperties: flag })])
    expect(mailboxOf(await ask(fixture)).coverage).toMatchObject([
      { from: '2024-03-14T00:00:00Z', to: '2024-03-15T00:00:00Z', state: 'throttled' },
    ])
  })

  test('a record without the flag opens no throttle interval, and does not say there was none', async () => {
    await using fixture = await createLakeFixture()
    await fixture.putRecords([
      bind(['a@x'], {
        OperationProperties: [
          { Name: 'MailAccessType', Value: 'Bind' },
          { Name: 'Other', Value: 'True' },
        ],
      }),
    ])
    expect(mailboxOf(await ask(fixture)).throttled).toEqual([])
  })

  test('what the record cannot decide is undetermined, unless another criterion excludes it or the id is itemised', async () => {
    await using fixture = await createLakeFixture()
    const session = { SessionId: 'S-1', AppId: 'app-1' }
    await fixture.putRecords([
      bind(['sure@x'], session),
      bind(['sure@x', 'no-address@x'], { ...session, ClientIPAddress: undefined }),
      bind(['bad-address@x'], { ...session, ClientIPAddress: 'NAME (10.0.0.1)' }),
      bind(['service@x'], { ...session, ClientIPAddress: '2603:10a6:20b:1::5' }),
      bind(['no-session@x'], { AppId: 'app-1' }),
      bind(['no-app@x'], { AppAccessContext: { AADSessionId: 's-1' } }),
      bind(['other-session@x'], { ...session, SessionId: 's-2', ClientIPAddress: undefined }),
      bind(['other-address@x'], { ClientIPAddress: ownerAddress }),
    ])
    const answer = await ask(fixture, { sessions: ['s-1'], apps: ['APP-1'] })
    expect(itemisedIds(answer)).toEqual(['sure@x'])
    expect(mailboxOf(answer)).toMatchObject({
      undetermined: ['bad-address@x', 'no-address@x', 'no-app@x', 'no-session@x', 'service@x'],
      undecided: { time: 0, address: 3, session: 1, app: 1 },
    })
    expect(answer).toMatchObject({ lower: 1, upper: 6, counts: { attributed: 1, undetermined: 5, otherContext: 2 } })
  })

  test('a record without a usable time is undetermined, not dropped', async () => {
    await using fixture = await createLakeFixture()
    await fixture.putRecords([
      bind(['sure@x']),
      bind(['undated@x'], { CreationTime: null }),
      bind(['absurd@x'], { CreationTime: '0001-01-01T00:00:00' }),
    ])
    expect(mailboxOf(await ask(fixture))).toMatchObject({ undetermined: ['absurd@x', 'undated@x'], undecided: { time: 2 } })
  })

  test('an asked address of Exchange Online itself is found', async () => {
    await using fixture = await createLakeFixture()
    await fixture.putRecords([bind(['a@x'], { ClientIPAddress: '2603:10a6:20b:1::5' })])
    expect(itemisedIds(await ask(fixture, { ranges: [parseAddressRange('2603:10a6:20b:1::/64')] }))).toEqual(['a@x'])
  })

  test('a mailbox keeps its records under a new name, and is found by either', async () => {
    await using fixture = await createLakeFixture()
    await fixture.putRecords([
      bind(['old@x']),
      bind(['new@x'], { MailboxOwnerUPN: 'Dora.New@hospital.example', CreationTime: '2024-03-14T10:00:00' }),
      bind(['no-guid@x'], { MailboxGuid: undefined, CreationTime: '2024-03-14T09:30:00' }),
      bind(['emil@x'], emil),
    ])
    for (const mailbox of ['DORA@hospital.example', 'dora.new@HOSPITAL.example']) {
      const answer = await ask(fixture, { mailbox })
      expect(answer.mailboxes).toMatchObject([
        { mailbox: 'dora.new@hospital.example', mailboxGuid: dora.MailboxGuid, formerNames: [dora.MailboxOwnerUPN] },
      ])
      expect(itemisedIds(answer, 'dora.new@hospital.example')).toEqual(['old@x', 'no-guid@x', 'new@x'])
      expect(answer.counts).toMatchObject({ attributed: 3, otherMailbox: 1 })
    }
  })

  test('an internal address that no record names is listed, its messages possible', async () => {
    await using fixture = await createLakeFixture()
    await fixture.putRecords([bind(['a@x'])])
    await fixture.putEmailEvents([
      emailEvent('a@x'),
      emailEvent('quiet@x', { RecipientEmailAddress: 'quiet@hospital.example' }),
      emailEvent('out@x', {
        SenderFromAddress: 'sender@hospital.example',
        RecipientEmailAddress: 'b@partner.example',
        EmailDirection: 'Outbound',
      }),
      emailEvent('forged@x', { SenderFromAddress: 'forged@hospital.example' }),
    ])
    const answer = await ask(fixture)
    expect(answer.mailboxesWithoutRecords).toMatchObject([
      { mailbox: 'quiet@hospital.example', possible: ['quiet@x'], coverage: [{ state: 'unverified' }] },
      { mailbox: 'sender@hospital.example', possible: ['out@x'] },
    ])
    expect(answer).toMatchObject({ lower: 1, upper: 3, complete: false })
  })

  test('an asked mailbox without any record is not complete', async () => {
    await using fixture = await createLakeFixture()
    await fixture.putEmailEvents([emailEvent('a@x')])
    const answer = await ask(fixture, { mailbox: 'Dora@hospital.example' })
    expect(answer.mailboxesWithoutRecords).toMatchObject([{ mailbox: dora.MailboxOwnerUPN, possible: ['a@x'] }])
    expect(answer).toMatchObject({ lower: 0, upper: 1, complete: false, mailboxes: [] })
  })

  test('every record ends in one count, and records outside the asked time only vouch', async () => {
    await using fixture = await createLakeFixture()
    await fixture.putRecords([
      bind(['first@x'], { CreationTime: '2024-03-14T00:00:00' }),
      bind(['last@x'], { CreationTime: '2024-03-14T23:59:59Z' }),
      bind(['next@x'], { CreationTime: '2024-03-15T00:00:00' }),
      bind(['week@x'], { CreationTime: '2024-03-20T00:00:00' }),
      { ...bind(['other@x']), Operation: 'Send' },
      bind(['emil@x'], { ...emil, CreationTime: '2024-03-10T12:00:00' }),
      bind(['emil@x'], { ...emil, CreationTime: '2024-03-17T12:00:00' }),
    ])
    const answer = await ask(fixture)
    expect(itemisedIds(answer)).toEqual(['first@x', 'last@x'])
    expect(answer.counts).toMatchObject({ read: 7, otherOperation: 1, records: 6, attributed: 2, outsideTime: 4 })
    expect(mailboxOf(answer, emil.MailboxOwnerUPN).coverage).toMatchObject([{ state: 'settled' }])
    expect(answer.complete).toBe(true)
  })

  test('half a surrogate pair or a line that is no JSON takes no other record along', async () => {
    await using fixture = await createLakeFixture()
    const broken = JSON.stringify(bind(['half@x'], { Subject: 'x' })).replace('"x"', '"\\ud83d"')
    const nested = { ...bind(['nested@x']) }
    await fixture.putRecords([bind(['a@x']), broken, { ...nested, Folders: JSON.stringify(nested.Folders) }])
    await fixture.putEmailEvents([JSON.stringify(emailEvent('a@x')).replace('About a@x', '\\udc00 half'), '{"cut'])
    const answer = await ask(fixture)
    expect(itemisedIds(answer)).toEqual(['a@x', 'half@x', 'nested@x'])
    expect(mailboxOf(answer).itemised[0]?.subject).toBe('\ufffd half')
    expect(answer.emailEvents).toMatchObject({ unreadable: 1 })
  })

  test.each(['America/New_York', 'Asia/Kolkata'])('the answer is the same under TZ=%s', async (zone) => {
    await using fixture = await createLakeFixture()
    await fixture.putRecords([
      bind(['a@x'], { CreationTime: '2024-03-14T00:00:00' }),
      bind(['b@x'], { CreationTime: '2024-03-14T23:59:59' }),
    ])
    await fixture.putEmailEvents([emailEvent('a@x', { Timestamp: '2024-03-13T23:30:00' })])
    const before = process.env.TZ
    const expected = await ask(fixture)
    try {
      process.env.TZ = zone
      expect(await ask(fixture)).toEqual(expected)
    } finally {
      if (before === undefined) delete process.env.TZ
      else process.env.TZ = before
    }
    expect(itemisedIds(expected)).toEqual(['a@x', 'b@x'])
  })

  test.each([
    { code: 'QUESTION_EMPTY', parts: { ranges: [] } },
    { code: 'QUESTION_RANGE_INVALID', parts: { to: asked.from } },
  ])('an unanswerable question is refused with $code', async ({ code, parts }) => {
    await using fixture = await createLakeFixture()
    await expect(ask(fixture, parts)).rejects.toMatchObject({ code })
  })

  test('the tenant of the question is the tenant of the evidence', async () => {
    await using fixture = await createLakeFixture()
    await fixture.putRecords([bind(['a@x'])])
    const { openEvidence } = await import('./open-evidence.ts')
    await using evidence = await openEvidence(fixture.lake, otherTenantId, asked)
    const foreign = investigate(
      evidence,
      { tenantId, ...asked, ranges: [parseAddressRange(intruderAddress)], sessions: [], apps: [] },
      settled,
    )
    await expect(foreign).rejects.toMatchObject({ code: 'QUESTION_TENANT_MISMATCH' })
  })
})
