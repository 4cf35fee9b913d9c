import { dayMs, hourMs, isoSeconds } from '@mailtrail/core'
import { type ArrivalFact, arrivalDays, type CheckFacts, failureOf, resultOf } from './check-facts.ts'
import type { Check, CheckState } from './check-report.ts'

/** The service says that first contents may take this long (contract 2.3). */
const waitingMs = 12 * hourMs
const lateMs = 24 * hourMs

/** Whether records arrive, and whether those arrive that say which mails were accessed. */
export function judgeArrival(facts: CheckFacts): Check[] {
  const arrival = resultOf(facts.arrival)
  if (!arrival) {
    const unknown = { state: 'unknown', detail: 'The ledger could not be read.', code: failureOf(facts.arrival)?.code } as const
    return [
      { check: 'first-data', ...unknown },
      { check: 'mail-records', ...unknown },
    ]
  }
  const age = (facts.serviceNow ?? facts.at) - (arrival.verifiedAt ?? Number.NaN)
  return [
    { check: 'first-data', ...judgeRecords(arrival, age) },
    { check: 'mail-records', ...judgeMailRecords(arrival, age) },
  ]
}

type Judgement = Omit<Check, 'check'>

function judgeRecords({ recordsAt, isListed }: ArrivalFact, ageMs: number): Judgement {
  if (recordsAt !== undefined) return { state: 'ok', detail: `Records arrive, the newest in a content of ${isoSeconds(recordsAt)}.` }
  const state = stateByAge(ageMs)
  if (state === 'unknown') return { state, detail: 'No check has shown the subscription enabled yet, so nothing is due.', fix: notSeen }
  // The ledger is looked through no further back: earlier records may be there, and stopped coming.
  const detail =
    ageMs < arrivalDays * dayMs
      ? `No record ${hoursOf(ageMs)} h after the subscription was first seen enabled; up to 12 h are normal.`
      : `No record was stored in the last ${arrivalDays} days.`
  if (state === 'waiting') return { state, detail }
  return {
    state,
    detail,
    fix: isListed ? 'See that auditing is on in the tenant and that somebody uses it.' : 'Nothing was listed: see that the fleet runs.',
  }
}

function judgeMailRecords(arrival: ArrivalFact, ageMs: number): Judgement {
  const { recordsAt, mailRecordsAt } = arrival
  if (mailRecordsAt !== undefined)
    return { state: 'ok', detail: `MailItemsAccessed arrives, the newest in a content of ${isoSeconds(mailRecordsAt)}.` }
  if (recordsAt === undefined) return { ...judgeRecords(arrival, ageMs), detail: 'No record of any kind yet.', fix: undefined }
  const state = stateByAge(ageMs)
  const fix =
    'See that the mailboxes have a licence that records MailItemsAccessed, and that mailbox auditing is on: without, nobody can tell what was read.'
  return { state, detail: 'Records arrive, but none of MailItemsAccessed.', ...(state === 'waiting' ? {} : { fix }) }
}

const notSeen = 'See that the fleet runs and the subscription is enabled.'

function stateByAge(ageMs: number): CheckState {
  if (Number.isNaN(ageMs)) return 'unknown'
  if (ageMs < waitingMs) return 'waiting'
  return ageMs < lateMs ? 'late' : 'failed'
}

function hoursOf(ms: number): number {
  return Math.max(0, Math.floor(ms / hourMs))
}
