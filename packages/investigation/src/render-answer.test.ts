import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Answer, ItemisedMessage, MailboxAnswer } from './answer.ts'
import { otherRoutes } from './other-routes.ts'
import { limits, renderAnswer } from './render-answer.ts'
import { tenantId } from './testing/lake-fixture.ts'

const day = { from: '2024-03-14T00:00:00Z', to: '2024-03-15T00:00:00Z' }

function item(parts: Partial<ItemisedMessage> = {}): ItemisedMessage {
  return {
    internetMessageId: 'a@x',
    match: 'exact',
    scope: 'mailbox',
    subject: 'Invoice',
    sender: 'sender@partner.example',
    recipients: ['dora@hospital.example', 'emil@hospital.example'],
    messageTime: '2024-03-14T08:00:00Z',
    time: '2024-03-14T09:00:00Z',
    lastTime: '2024-03-14T10:00:00Z',
    accesses: 2,
    folders: ['\\Inbox'],
    recordIds: ['r1', 'r2'],
    collisions: [],
    ...parts,
  }
}

function mailbox(parts: Partial<MailboxAnswer> = {}): MailboxAnswer {
  return {
    mailbox: 'dora@hospital.example',
    mailboxGuid: 'd0000000-0000-4000-8000-000000000001',
    formerNames: [],
    messages: parts.itemised?.length ?? 0,
    accesses: 2,
    records: parts.itemised?.length ?? 0,
    itemised: [],
    unnamedAccesses: 0,
    namelessRecords: 0,
    syncedFolders: [],
    presumed: [],
    throttled: [],
    possible: [],
    undetermined: [],
    undecided: { time: 0, address: 0, session: 0, app: 0 },
    undeterminedSyncs: [],
    coverage: [{ ...day, state: 'settled' }],
    ...parts,
  }
}

function answer(parts: Partial<Answer> = {}): Answer {
  return {
    schema: 1,
    question: { tenantId, mailbox: null, ...day, ranges: ['174.20.0.0/16'], sessions: ['s-1', 's-2'], apps: [] },
    lower: 1,
    upper: 1,
    mailboxes: [mailbox({ itemised: [item()] })],
    mailboxesWithoutRecords: [],
    coverage: [{ ...day, state: 'settled' }],
    complete: true,
    onlyProvisional: false,
    counts: {
      read: 9,
      duplicates: 2,
      otherTenant: 1,
      otherOperation: 1,
      unreadable: 0,
      records: 5,
      attributed: 1,
      undetermined: 1,
      otherContext: 1,
      otherMailbox: 1,
      outsideTime: 1,
      variants: 0,
    },
    emailEvents: { read: 3, messages: 2, otherTenant: 0, unreadable: 0 },
    otherRoutes,
    ...parts,
  }
}

/** An answer that has everything at once. */
const everything = answer({
  lower: 2,
  upper: 40,
  complete: false,
  mailboxes: [
    mailbox({
      itemised: [
        item(),
        item({ internetMessageId: 'lost@x', match: 'none', scope: null, subject: null, sender: null, recipients: [], messageTime: null }),
        item({
          match: 'folded',
          scope: 'id_only',
          collisions: [
            { ...item(), networkMessageId: 'n1' },
            { ...item(), networkMessageId: 'n2' },
          ],
        }),
      ],
      unnamedAccesses: 4,
      namelessRecords: 1,
      syncedFolders: [
        { folder: 'Inbox', times: ['2024-03-14T09:00:00Z', '2024-03-14T11:00:00Z'] },
        { folder: null, times: [] },
      ],
      presumed: ['p1', 'p2'],
      throttled: [{ from: '2024-03-14T12:00:00Z', to: '2024-03-15T12:02:00Z' }],
      possible: ['q1'],
      undetermined: ['u1', 'u2'],
      undecided: { time: 0, address: 1, session: 2, app: 0 },
      undeterminedSyncs: [{ folder: 'Archive', times: ['2024-03-14T10:00:00Z'] }],
      formerNames: ['old@hospital.example'],
      coverage: [{ ...day, state: 'throttled', cause: 'no Bind records', recoverable: false }],
    }),
    mailbox({ mailbox: 'quiet@hospital.example' }),
    mailbox({ mailbox: 'gap@hospital.example', possible: ['g1'], coverage: [{ ...day, state: 'gap_collector' }] }),
  ],
  mailboxesWithoutRecords: [{ mailbox: 'none@hospital.example', possible: ['w1'], coverage: [{ ...day, state: 'unverified' }] }],
  coverage: [{ ...day, state: 'gap_collector', cause: 'content expired', recoverable: true }],
})

const text = renderAnswer(everything, { width: 110, limit: 2 })

describe(renderAnswer, () => {
  test.each([
    'Between 2 and 40 messages',
    'address in 174.20.0.0/16, and session s-1 or s-2?',
    'E1 itemised: 3 messages, in at least 2 accesses, from 3 records of up to 2 minutes each',
    'sender@partner.example → dora@hospital.example +1  Invoice',
    '? → ?  lost@x (no metadata)',
    'and 1 more message',
    '4 accesses name no message',
    '1 record names no item at all',
    'Inbox: 2 syncs, 2024-03-14T09:00:00Z .. 2024-03-14T11:00:00Z',
    'assume the whole mailbox, 2 known messages',
    'Throttled 2024-03-14T12:00:00Z .. 2024-03-15T12:02:00Z',
    'unrecorded',
    'E3 possible, unrecorded: 1 known message',
    'E4 undetermined: 2 messages whose context cannot be told (1 by address, 2 by session)',
    'Archive: 1 sync, 2024-03-14T10:00:00Z',
    'also named old@hospital.example',
    '1 more mailbox: no recorded access in the asked context, in a covered period.',
    'none@hospital.example: 1 message possible, coverage unverified',
    'gap@hospital.example: 1 message possible, coverage gap_collector',
    'gap_collector (content expired; can still become settled)',
    'What would shrink the uncertainty',
    'eDiscovery searches and exports: not collected',
    'Records: 5 = 2 shown (1 attributed, 1 undetermined) + 3 excluded',
  ])('says: %s', (sentence) => {
    expect(text.replace(/\s+/g, ' ')).toContain(sentence.replace(/\s+/g, ' '))
  })

  test('the limits stand under every answer', () => {
    for (const given of [answer(), everything]) {
      const rendered = renderAnswer(given, { width: 200, limit: 5 }).replace(/\s+/g, ' ')
      expect(rendered.endsWith(`${limits} `)).toBe(true)
    }
  })

  test('a complete, a provisional and an incomplete record are told apart', () => {
    const options = { width: 120, limit: 5 }
    expect(renderAnswer(answer(), options)).toContain('complete as collected')
    expect(renderAnswer(answer({ complete: false, onlyProvisional: true }), options)).toContain('provisional')
    expect(renderAnswer(answer({ complete: false }), options)).toContain('is not complete')
  })

  test('a mailbox with itemised messages comes before one that was throttled', () => {
    const throttled = mailbox({ mailbox: 'a@x', throttled: [day] })
    const rendered = renderAnswer(answer({ mailboxes: [throttled, mailbox({ mailbox: 'b@x', itemised: [item({ subject: '' })] })] }), {
      width: 120,
      limit: 5,
    })
    expect(rendered.indexOf('Mailbox b@x')).toBeLessThan(rendered.indexOf('Mailbox a@x'))
    expect(rendered).toContain('(empty subject)')
  })

  test('every time is UTC with its Z', () => {
    expect(text.match(/\d\d:\d\d:\d\d(?!Z)/g)).toBeNull()
  })

  test('no line is wider than asked, and collided messages are listed', () => {
    const wide = renderAnswer(everything, { width: 80, limit: 9 })
    for (const line of wide.split('\n')) expect([...line].length).toBeLessThanOrEqual(80)
    expect(renderAnswer(everything, { width: 200, limit: 9 })).toContain(
      '(id matches only without case; id alone matches, not this mailbox; 2 messages have this id)',
    )
  })

  test.each([
    { subject: 'x\n  E1 itemised: 0 messages', expected: 'x\\u{a}  E1 itemised' },
    { subject: '\u001b[31mred', expected: '\\u{1b}[31mred' },
    { subject: 'invoice\u202Efdp.exe', expected: 'invoice\\u{202e}fdp.exe' },
  ])('a hostile subject is harmless: $expected', ({ subject, expected }) => {
    const rendered = renderAnswer(answer({ mailboxes: [mailbox({ itemised: [item({ subject })] })] }), { width: 200, limit: 5 })
    expect(rendered.replace(/ +/g, ' ')).toContain(expected.replace(/ +/g, ' '))
    expect([...rendered].filter((character) => character !== '\n' && /[\p{Cc}\p{Cf}]/u.test(character))).toEqual([])
  })

  test('hostile names of mailboxes, folders and senders are harmless too', () => {
    const evil = '\u202E\u001b\n'
    const hostile = mailbox({
      mailbox: evil,
      mailboxGuid: evil,
      formerNames: [evil],
      itemised: [item({ sender: evil, recipients: [evil], internetMessageId: evil, subject: null })],
      syncedFolders: [{ folder: evil, times: [] }],
    })
    const asked = { ...answer().question, mailbox: evil, sessions: [evil] }
    const withoutRecords = [{ mailbox: evil, possible: [], coverage: [] }]
    const rendered = renderAnswer(answer({ mailboxes: [hostile], question: asked, mailboxesWithoutRecords: withoutRecords }), {
      width: 300,
      limit: 5,
    })
    expect(rendered).not.toContain('\u202E')
    expect(rendered).not.toContain('\u001b')
  })
})

/** Put together here, so that this file does not find itself. */
const banned = new RegExp(
  [
    ['not', 'accessed'],
    ['bre', 'ach'],
    ['no notification', 'required'],
    ['times', 'opened'],
  ]
    .map(([first, second]) => (first === 'bre' ? `${first}${second}` : `${first}\\s+${second}`))
    .join('|'),
  'i',
)

describe('words that no answer may use', () => {
  test('are not in a rendered answer', () => {
    expect(text.match(banned)).toBeNull()
  })

  const sources = readdirSync(new URL('.', import.meta.url), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  test.each(sources)('are not in %s', (name) => {
    expect(readFileSync(new URL(name, import.meta.url), 'utf8').match(banned)).toBeNull()
  })
})
