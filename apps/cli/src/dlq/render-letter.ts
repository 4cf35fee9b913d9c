import { isoSeconds } from '@mailtrail/core'
import type { DeadWork, LetterEvent } from '@mailtrail/lake'
import type { FoundLetter } from './found-letter.ts'

/** One line a letter. */
export function letterRow({ letter, state }: FoundLetter): string {
  const { id, tenantId, work, last, expires } = letter
  const until = expires === null ? '' : `  expires ${isoSeconds(expires)}`
  return `${id}  ${tenantId ?? 'no tenant'.padEnd(36)}  ${state.padEnd(8)}  ${nameOf(work)}  ${last.code} ${isoSeconds(last.at)}${until}`
}

/** All of a letter but the data of a job that could not be read, which may be anything. */
export function letterJson({ letter, place, events, state }: FoundLetter): object {
  const { data: _, expires, first, last, writtenAt, ...rest } = letter
  const work = 'start' in rest.work ? { ...rest.work, start: isoSeconds(rest.work.start), end: isoSeconds(rest.work.end) } : rest.work
  return {
    ...rest,
    work,
    state,
    expires: expires === null ? null : isoSeconds(expires),
    first: { ...first, at: isoSeconds(first.at) },
    last: { ...last, at: isoSeconds(last.at) },
    writtenAt: isoSeconds(writtenAt),
    key: place.key,
    events: events.map((event) => ({
      ...event,
      at: isoSeconds(event.at),
      ...(event.failure && { failure: { ...event.failure, at: isoSeconds(event.failure.at) } }),
    })),
  }
}

/** A letter for a person, with what became of it. */
export function letterText(found: FoundLetter): string {
  const { letter, place, events, state } = found
  const { id, tenantId, work, first, last, jobs, attempts, expires } = letter
  return [
    `${id}  ${state}`,
    `tenant    ${tenantId ?? 'unknown: the job could not be read'}`,
    `work      ${nameOf(work)}`,
    `first     ${isoSeconds(first.at)}  ${first.message} [${first.code}]`,
    `last      ${isoSeconds(last.at)}  ${last.message} [${last.code}]`,
    `tried     ${attempts} attempts in ${jobs} jobs`,
    `expires   ${expires === null ? 'never' : isoSeconds(expires)}`,
    `object    ${place.key}`,
    ...events.map(eventLine),
  ].join('\n')
}

function eventLine({ event, at, by, reason, failure }: LetterEvent): string {
  const why = reason ?? (failure && `${failure.message} [${failure.code}]`)
  return `${event.padEnd(8)}  ${isoSeconds(at)}  by ${by}${why ? `: ${why}` : ''}`
}

function nameOf(work: DeadWork): string {
  switch (work.stage) {
    case 'contents':
      return `content ${work.contentHash} of ${work.contentType}, ${isoSeconds(work.start)} to ${isoSeconds(work.end)}`
    case 'windows':
      return `${work.kind === 'list' ? work.entry : 'seal'} of ${work.contentType}, ${isoSeconds(work.start)} to ${isoSeconds(work.end)}`
    case 'alerts':
      return `alert ${work.alertId} of ${work.date} to ${work.destination}`
    case 'compactions':
      return work.kind === 'retain'
        ? 'retention'
        : `${work.kind === 'fold' ? `fold ${work.fold} of ${work.contentType}` : 'items'} of ${work.date}`
    case 'jobs':
      return `job ${work.jobId} of ${work.queue}, ${work.bytes} bytes`
  }
}
