import type { Answer, CoverageSpan } from './answer.ts'
import { plural } from './plural.ts'

/** What an investigator could do to bring the two ends of the interval closer. */
export function uncertainties(answer: Answer): string[] {
  const spans = answer.mailboxes.flatMap(({ coverage }) => coverage)
  const has = (state: CoverageSpan['state']) => spans.some((span) => span.state === state)
  const count = (pick: (mailbox: Answer['mailboxes'][number]) => number) =>
    answer.mailboxes.reduce((sum, mailbox) => sum + pick(mailbox), 0)
  const lackingMetadata = count(({ itemised }) => itemised.filter(({ match }) => match === 'none').length)
  const undetermined = count(({ undetermined }) => undetermined.length)
  const unnamed = count(({ unnamedAccesses, namelessRecords }) => unnamedAccesses + namelessRecords)
  const rows: readonly (readonly [boolean, string])[] = [
    [has('provisional'), 'ask again once the lateness horizon has passed: provisional hours may become settled'],
    [
      spans.some(({ recoverable, state }) => recoverable === true && state.startsWith('gap_')),
      'repair the gaps that can still be recovered',
    ],
    [
      has('unverified') || answer.mailboxesWithoutRecords.length > 0,
      'show by a settings snapshot that the unverified mailboxes were audited then',
    ],
    [has('throttled'), 'ask the owner of a throttled mailbox, and compare sign-in and message trace logs for that time'],
    [
      answer.mailboxes.some(({ syncedFolders }) => syncedFolders.length > 0),
      'list what the synced folders held at the time, from a backup or a retention hold',
    ],
    [undetermined > 0, `add a session or an app to decide ${plural(undetermined, 'undetermined message', 'undetermined messages')}`],
    [unnamed > 0, `${plural(unnamed, 'access or record names', 'accesses or records name')} no message: look at their folders and clients`],
    [
      lackingMetadata > 0,
      `import EmailEvents of earlier dates, or look up ${plural(lackingMetadata, 'message', 'messages')} without metadata in the mailbox`,
    ],
    [
      answer.emailEvents.messages === 0,
      'import EmailEvents: without them no message can be presumed or possible, and the upper number is too low',
    ],
  ]
  return rows.filter(([applies]) => applies).map(([, text]) => text)
}
