import { MailtrailError, mapConcurrently, type TenantId } from '@mailtrail/core'
import {
  type DeadStage,
  type LetterPlace,
  type LetterState,
  letterState,
  listDeadLetters,
  type ObjectStore,
  readDeadLetter,
} from '@mailtrail/lake'
import { listTenantIds, type TenantLakes } from '@mailtrail/tenants'
import { createProgressBar, say } from '../print.ts'
import type { FoundLetter } from './found-letter.ts'
import { isDone } from './is-done.ts'

/** Which letters are meant. What is not said leaves nothing out, but what is closed, unless its state is asked for or it is named by its id. */
export interface LetterFilter {
  readonly ids?: readonly string[]
  readonly tenantId?: TenantId | undefined
  readonly stage?: DeadStage | undefined
  readonly code?: string | undefined
  /** That failed last at this time or later, UTC milliseconds. */
  readonly since?: number | undefined
  /** That expire in this span. */
  readonly expires?: { readonly after: number; readonly until: number } | undefined
  readonly state?: LetterState | 'all' | undefined
}

export interface FoundLetters {
  readonly letters: readonly FoundLetter[]
  /** How many lakes and letters could not be read; each was told of. */
  readonly faults: number
}

export interface LetterPlaces {
  readonly fleetLake: ObjectStore
  readonly lakes: TenantLakes
}

const readsAtOnce = 16

/** Letters in the order of their keys, tenant by tenant. One that cannot be read hides no other. */
export async function findLetters({ fleetLake, lakes }: LetterPlaces, filter: LetterFilter): Promise<FoundLetters> {
  const owners = filter.tenantId === undefined ? [null, ...(await Array.fromAsync(listTenantIds(fleetLake)))] : [filter.tenantId]
  const bar = createProgressBar('Reading dead letters')
  const letters: FoundLetter[] = []
  let faults = 0
  const orTell = async <T>(read: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof MailtrailError)) throw error
      faults += 1
      say(`${error.message} [${error.code}]`)
      return undefined
    }
  }
  for (const tenantId of owners) {
    const found = await orTell(() => lettersOf(tenantId === null ? fleetLake : lakes.open(tenantId), tenantId, filter, orTell))
    letters.push(...(found ?? []))
    bar.step(owners.length)
  }
  bar.end()
  return { letters, faults }
}

type OrTell = <T>(read: () => Promise<T>) => Promise<T | undefined>

async function lettersOf(
  opening: ObjectStore | Promise<ObjectStore>,
  tenantId: TenantId | null,
  filter: LetterFilter,
  orTell: OrTell,
): Promise<FoundLetter[]> {
  const lake = await opening
  const places: LetterPlace[] = []
  for await (const place of listDeadLetters(lake, tenantId)) if (isNamed(place, filter)) places.push(place)
  const read = await mapConcurrently(places, { limit: readsAtOnce }, (place) => orTell(() => readLetter(lake, place)))
  return read.filter((letter) => letter !== undefined).filter((letter) => isMeant(letter, filter))
}

async function readLetter(lake: ObjectStore, place: LetterPlace): Promise<FoundLetter> {
  const { letter, events } = await readDeadLetter(lake, place)
  const state = letterState(events)
  const isClosed = state === 'dropped' || state === 'resolved'
  return { letter, place, events, lake, state: !isClosed && (await isDone(lake, letter)) ? 'resolved' : state }
}

function isNamed({ id, stage }: LetterPlace, { ids = [], stage: asked }: LetterFilter): boolean {
  return (ids.length === 0 || ids.includes(id)) && (asked === undefined || asked === stage)
}

function isMeant({ letter: { last, expires }, state }: FoundLetter, filter: LetterFilter): boolean {
  if (filter.code !== undefined && last.code !== filter.code) return false
  if (filter.since !== undefined && last.at < filter.since) return false
  if (filter.expires && (expires === null || expires <= filter.expires.after || expires > filter.expires.until)) return false
  if (filter.state === undefined) return filter.ids?.length ? true : state === 'open' || state === 'replayed'
  return filter.state === 'all' || filter.state === state
}
