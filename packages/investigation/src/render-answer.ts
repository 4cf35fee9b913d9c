import type { Answer, AskedQuestion, EmailEventCounts, MailboxWithoutRecords, RecordCounts } from './answer.ts'
import { plural } from './plural.ts'
import { renderCoverage } from './render-coverage.ts'
import { byWeight, hasFinding, type RenderOptions, renderMailbox } from './render-mailbox.ts'
import { uncertainties } from './uncertainties.ts'
import { clip, visibleText } from './visible-text.ts'

/** Printed under every answer. */
export const limits: string =
  'Limits: a record shows that an item was accessed, not that a person read it, and repeats within an hour are not recorded, so every count ' +
  'is "at least". No record is not proof of no access where the coverage is not settled. Ids are set by senders and can repeat. This is a ' +
  'statement of what the records hold, and no legal conclusion.'

/**
 * The answer for a terminal, without colour. Text from mail is made harmless, and every time is UTC.
 *
 * @param options - `width` in columns, `limit` in listed messages a mailbox; the JSON answer lists all
 */
export function renderAnswer(answer: Answer, options: RenderOptions): string {
  const others = answer.mailboxes.filter((mailbox) => !hasFinding(mailbox))
  const unsettled = others.filter(({ coverage }) => coverage.some(({ state }) => state !== 'settled'))
  const lines = [
    ...renderQuestion(answer.question),
    '',
    ...renderInterval(answer),
    ...answer.mailboxes
      .filter(hasFinding)
      .toSorted(byWeight)
      .flatMap((mailbox) => ['', ...renderMailbox(mailbox, options)]),
    ...renderPlainly('Mailboxes without a finding, whose record is not settled', unsettled, options),
    ...renderPlainly('Mailboxes without any record (no record does not mean quiet)', answer.mailboxesWithoutRecords, options),
    ...renderSettled(others.length - unsettled.length),
    '',
    'Coverage of the tenant',
    ...renderCoverage(answer.coverage),
    ...renderList('What would shrink the uncertainty', uncertainties(answer)),
    ...renderList(
      'Other routes to mail',
      answer.otherRoutes.map(({ route, state }) => `${route}: ${state}`),
    ),
    '',
    ...renderCounts(answer.counts, answer.emailEvents),
    '',
    limits,
  ]
  return `${lines.flatMap((line) => wrap(line, options.width)).join('\n')}\n`
}

function renderQuestion({ tenantId, mailbox, from, to, ranges, sessions, apps }: AskedQuestion): string[] {
  const criteria = [named('address in', ranges), named('session', sessions), named('app', apps)].filter((text) => text !== '')
  return [
    `Which emails could have been read in tenant ${tenantId}, ${mailbox === null ? 'any mailbox' : visibleText(mailbox)},`,
    `from ${from} to ${to},`,
    `by a client with ${criteria.join(', and ')}?`,
  ]
}

function named(kind: string, values: readonly string[]): string {
  return values.length === 0 ? '' : `${kind} ${values.map(visibleText).join(' or ')}`
}

function renderInterval({ lower, upper, complete, onlyProvisional }: Answer): string[] {
  const state = complete
    ? 'The record of the asked time is complete as collected.'
    : onlyProvisional
      ? 'The record is provisional: late records may still arrive. Ask again later.'
      : 'The record of the asked time is not complete; see the coverage below.'
  return [
    `Between ${lower} and ${plural(upper, 'message', 'messages')}: ${lower} named by records, up to ${upper} cannot be excluded.`,
    state,
  ]
}

type PlainMailbox = Pick<MailboxWithoutRecords, 'mailbox' | 'possible' | 'coverage'>

function renderPlainly(title: string, mailboxes: readonly PlainMailbox[], { limit }: RenderOptions): string[] {
  if (mailboxes.length === 0) return []
  const listed = mailboxes.slice(0, limit).map(({ mailbox, possible, coverage }) => {
    const states = [...new Set(coverage.map(({ state }) => state))].filter((state) => state !== 'settled')
    return `  ${visibleText(mailbox)}: ${plural(possible.length, 'message', 'messages')} possible, coverage ${states.join(', ')}`
  })
  const more = mailboxes.length - listed.length
  return ['', title, ...listed, ...(more > 0 ? [`  and ${more} more`] : [])]
}

function renderSettled(mailboxes: number): string[] {
  if (mailboxes === 0) return []
  return ['', `${plural(mailboxes, 'more mailbox', 'more mailboxes')}: no recorded access in the asked context, in a covered period.`]
}

function renderList(title: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : ['', title, ...items.map((item) => `  - ${item}`)]
}

function renderCounts(counts: RecordCounts, emails: EmailEventCounts): string[] {
  const shown = counts.attributed + counts.undetermined
  return [
    `Records: ${counts.records} = ${shown} shown (${counts.attributed} attributed, ${counts.undetermined} undetermined) + ${counts.records - shown} ` +
      `excluded (${counts.outsideTime} outside the time, ${counts.otherMailbox} other mailboxes, ${counts.otherContext} other contexts).`,
    `Lines read: ${counts.read} = ${counts.records} records + ${counts.duplicates} duplicates + ${counts.otherTenant} of other tenants + ` +
      `${counts.otherOperation} other operations + ${counts.unreadable} unreadable. Ids with differing records, all kept: ${counts.variants}.`,
    `EmailEvents: ${plural(emails.messages, 'message', 'messages')} from ${emails.read} rows (${emails.otherTenant} of other tenants, ${emails.unreadable} unreadable).`,
  ]
}

/** Long prose is broken at spaces with its indent kept; list lines are already cut to the width. */
function wrap(line: string, width: number): string[] {
  const indent = /^ */.exec(line)?.[0] ?? ''
  const lines: string[] = []
  let current = ''
  for (const word of line.trim().split(' ')) {
    const next = current === '' ? `${indent}${word}` : `${current} ${word}`
    if (current !== '' && next.length > width) {
      lines.push(current)
      current = `${indent}${word}`
    } else current = next
  }
  return [...lines, clip(current, Math.max(width, 20))]
}
