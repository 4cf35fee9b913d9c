import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { dayMs, MailtrailError, parseAddressRange, parseTenantId, utcDate } from '@mailtrail/core'
import { type Answer, compactDate, investigate, openEvidence, type Question } from '@mailtrail/investigation'
import { createFolderStore, itemsKey, type ObjectStore } from '@mailtrail/lake'
import type { BenchPlace, BenchResult } from '../bench-result.ts'
import { benchMailbox } from '../synthetic-accesses.ts'
import { inSeconds, rounded, timed } from '../timed.ts'
import { storeAccesses } from './store-accesses.ts'

export interface QuestionSize {
  readonly days: number
  readonly itemsPerDay: number
  readonly contentsPerDay: number
}

const tenantId = parseTenantId('0be4c4ba-0000-4000-8000-000000000001')
const firstDay = Date.UTC(2024, 0, 1)
const askedDays = 4
/** Records so far beside the asked time vouch that a mailbox was audited, so their dates are read too. */
const readBesideDays = 8
const itemsPerRecord = 3
const repeats = 5

/** One mailbox, four days and one CIDR range, over items and over the same records as raw NDJSON. */
export async function measureQuestion({ folder, onStep, signal }: BenchPlace, size: QuestionSize): Promise<BenchResult[]> {
  const lake = createFolderStore(join(folder, 'lake'))
  const firstAsked = Math.floor((size.days - askedDays) / 2)
  const days = Array.from({ length: size.days }, (_, day) => day)
  const isRead = (day: number): boolean => day >= firstAsked - readBesideDays && day <= firstAsked + askedDays + readBesideDays
  const read = days.filter(isRead)
  const spoolFolder = join(folder, 'spool')
  await mkdir(spoolFolder)
  for (const [index, day] of read.entries()) {
    onStep(`Storing and compacting the dates that the question reads: ${index + 1} of ${read.length}`)
    const from = firstDay + day * dayMs
    const records = Math.ceil(size.itemsPerDay / itemsPerRecord)
    await storeAccesses(
      lake,
      { tenantId, from, to: from + dayMs, records, itemsPerRecord },
      { contents: size.contentsPerDay, spoolFolder, signal },
    )
    await compactDate(lake, tenantId, utcDate(from), { signal })
  }
  onStep('Adding the dates that the question does not read')
  const others = days.filter((day) => !isRead(day))
  await copyItems(lake, dateOf(firstAsked), others.map(dateOf), join(folder, 'copy.parquet'))

  const from = firstDay + firstAsked * dayMs
  const ask = {
    tenantId,
    from,
    to: from + askedDays * dayMs,
    mailbox: benchMailbox(17).upn,
    ranges: [parseAddressRange('10.0.0.0/13')],
    sessions: [],
    apps: [],
  }
  const cacheFolder = join(folder, 'cache')
  onStep('Asking items')
  const cold = await timed(() => answer(lake, ask, cacheFolder))
  const warm: number[] = []
  for (let times = 0; times < repeats; times += 1) warm.push((await timed(() => answer(lake, ask, cacheFolder))).seconds)
  const seconds = warm.toSorted((a, b) => a - b)[Math.floor(repeats / 2)] ?? Number.NaN
  onStep('Asking raw NDJSON')
  const raw = await timed(() => answer(withoutItems(lake), ask, cacheFolder))
  if (!isDeepStrictEqual(raw.value, cold.value) || raw.value.lower === 0) {
    throw new MailtrailError(
      'BENCH_ANSWERS_DIFFER',
      'Items and raw objects gave two answers, or an empty one: what was measured is worth nothing.',
    )
  }
  const ratio = raw.seconds / seconds
  return [
    {
      name: `question of 4 days, one mailbox and one CIDR range over ${size.days} days from items`,
      ...inSeconds(seconds),
      ratio: rounded(ratio),
      goal: '< 1.5 s',
      holds: seconds < 1.5,
    },
    { name: 'the same from raw NDJSON, against items', value: rounded(ratio), unit: 'x', ratio: null, goal: '>= 20 x', holds: ratio >= 20 },
    { name: 'the same from raw NDJSON', ...inSeconds(raw.seconds), ratio: null, goal: null, holds: true },
    {
      name: 'the same from items that are not copied to this machine yet',
      ...inSeconds(cold.seconds),
      ratio: null,
      goal: null,
      holds: true,
    },
  ]
}

function dateOf(day: number): string {
  return utcDate(firstDay + day * dayMs)
}

/** Files of the same size stand for the other dates: a question never opens them. */
async function copyItems(lake: ObjectStore, source: string, dates: readonly string[], path: string): Promise<void> {
  await writeFile(path, (await lake.read(itemsKey(tenantId, source))) ?? '')
  for (const date of dates) await lake.create(itemsKey(tenantId, date), { path })
}

async function answer(lake: ObjectStore, question: Question, cacheFolder: string): Promise<Answer> {
  await using evidence = await openEvidence(lake, tenantId, question, { cacheFolder })
  return await investigate(evidence, question, [{ from: question.from, to: question.to, state: 'settled' }])
}

function withoutItems(lake: ObjectStore): ObjectStore {
  return { ...lake, stat: async (key, options) => (key.startsWith('items/') ? undefined : lake.stat(key, options)) }
}
