import { expect } from 'vitest'
import type { Reply } from '../test-client.ts'
import type { TestWorld } from '../test-world.ts'

/** Status and what tells the body best: an error's code, the ids of a listing, or how the text begins. */
export function shown(reply: Reply | undefined): string {
  if (!reply) return 'nothing'
  const { status, text, headers } = reply
  const retryAfter = headers['retry-after'] ? ` Retry-After ${headers['retry-after']}` : ''
  return `${status} ${essence(text)}${retryAfter}`
}

export async function seePages(running: TestWorld): Promise<string[]> {
  const pages = [await running.list()]
  for (let next = pages[0]?.headers.nextpageuri; next !== undefined && pages.length < 6; next = pages.at(-1)?.headers.nextpageuri)
    pages.push(await running.feed(String(next)))
  return pages.map(shown)
}

export async function visitForeignHost(running: TestWorld, address = ''): Promise<unknown> {
  const reply = await running.feed(address)
  expect([reply.status, reply.text]).toEqual([200, '[]'])
  return running.simulator.simulation.metrics.snapshot().tokensAtForeignHost
}

function essence(text: string): string {
  const value = parsed(text)
  if (Array.isArray(value)) return value.map(({ contentId }) => contentId).join(',')
  if (typeof value !== 'object' || value === null) return text.startsWith('<html>') ? '<html>' : text
  const {
    error,
    error_codes: codes,
    Message: message,
  } = value as { error?: string | { code: string }; error_codes?: number[]; Message?: string }
  if (typeof error === 'string') return [error, ...(codes ?? [])].join(' ')
  if (error === undefined) return message ?? text
  const [, start = error.code] = /^(StartSubscription \[|String reference not set to an instance of a String\.)/.exec(error.code) ?? []
  return [start, ...(/Microsoft\.\S+Exception/.exec(error.code) ?? [])].join(' ')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
