import type { Answer } from '../answer.ts'
import { parseRecords } from '../parse-records.ts'
import { collectorsGap, type FaultCall, type FaultDefinition, type FaultOperation, harmless } from './fault-definition.ts'

const bodies: readonly FaultOperation[] = ['list-content', 'fetch-content']

/** The way the bytes of a good answer travel. */
export const transferFaults: readonly FaultDefinition[] = [
  transfer('gzip-unasked', 'a good body comes with gzip, asked for or not', harmless, () => ({ compression: 'always' })),
  transfer('gzip-refused', 'a good body comes without gzip, asked for or not', harmless, () => ({ compression: 'never' })),
  transfer('gzip-damaged', 'a good body comes with gzip whose checksum is wrong', collectorsGap, () => ({ compression: 'damaged' })),
  transfer('no-length', 'a good body comes in chunks, its length untold', harmless, () => ({ isChunked: true })),
  transfer('transfer-cut', 'the connection closes halfway through a body of told length', collectorsGap, () => ({ halfway: 'cut' })),
  transfer('transfer-cut-chunked', 'the connection closes halfway through a body of untold length', collectorsGap, () => ({
    halfway: 'cut',
    isChunked: true,
  })),
  transfer('transfer-reset', 'the connection is reset halfway through a body', collectorsGap, () => ({ halfway: 'reset' })),
  {
    ...transfer('transfer-stalls', 'a body pauses halfway for some seconds of real time', harmless, ({ parameters }) => ({
      halfway: 'stall',
      stallMs: parameters.seconds * 1000,
    })),
    parameters: { seconds: 2 },
  },
  {
    ...transfer('trailing-garbage', 'a piece of a web page follows the records', collectorsGap, (_call, { body }) => ({
      body: Buffer.concat([Buffer.from(body ?? ''), Buffer.from('\n<html>')]),
    })),
    operations: ['fetch-content'],
  },
  {
    ...transfer('content-variant', 'a content that is fetched again lacks its last record', harmless, ({ nth }, { body }) => {
      const records = nth > 1 ? parseRecords(body ?? '') : undefined
      return records && { body: JSON.stringify(records.slice(0, -1)) }
    }),
    operations: ['fetch-content'],
    source: 'seen: elastic/beats, of contents listed with another start',
  },
]

/** `change` says what is different about a good answer; `undefined` for one it cannot change. */
function transfer(
  name: string,
  meaning: string,
  ends: FaultDefinition['ends'],
  change: (call: FaultCall, answer: Answer) => Partial<Answer> | undefined,
): FaultDefinition {
  return {
    name,
    operations: bodies,
    meaning,
    source: 'inferred',
    ends,
    acts: 'change',
    change: (answer, call) => {
      const difference = answer.status === 200 ? change(call, answer) : undefined
      return difference && { ...answer, ...difference }
    },
  }
}
