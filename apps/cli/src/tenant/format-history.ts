import { type HistoryEvent, isoSeconds } from '@mailtrail/core'

/** The dated history, an event a line. */
export function formatHistory(history: readonly HistoryEvent[]): string[] {
  return history.map(({ at, kind, ...details }) => {
    const parts = Object.entries(details).map(([name, value]) => `${name} ${show(value, name)}`)
    return [isoSeconds(at), kind.padEnd(22), parts.join(', ')].join('  ').trimEnd()
  })
}

const times = new Set(['from', 'to', 'lastListed'])

function show(value: unknown, name: string): string {
  if (times.has(name)) return typeof value === 'number' ? isoSeconds(value) : 'never'
  return Array.isArray(value) ? value.join(' ') : String(value)
}
