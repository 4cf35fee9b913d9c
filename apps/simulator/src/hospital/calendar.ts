/** The dates of the story, in milliseconds since the epoch. */

export const minuteMs = 60_000
export const hourMs: number = 60 * minuteMs
export const dayMs: number = 24 * hourMs

export const storyStart: number = Date.parse('2024-03-11T00:00:00Z')
export const storyEnd: number = Date.parse('2024-03-21T00:00:00Z')

/** The incident: start inclusive, end exclusive. */
export const incidentFrom: number = Date.parse('2024-03-12T09:00:00Z')
export const incidentTo: number = Date.parse('2024-03-16T09:00:00Z')

/** Mail older than this is in the mailboxes but not in the EmailEvents export. */
export const exportFrom: number = Date.parse('2024-02-20T00:00:00Z')

export const floodFrom: number = Date.parse('2024-03-13T03:00:00Z')
export const floodTo: number = Date.parse('2024-03-13T21:20:00Z')

/** A window of the collector's usual grid that is crowded enough to need a second page. */
export const crowdedWindow: number = Date.parse('2024-03-14T11:20:00Z')

/** The midnights of the story's days. */
export const storyDays: readonly number[] = Array.from({ length: (storyEnd - storyStart) / dayMs }, (_, day) => storyStart + day * dayMs)

/** Records carry whole seconds. */
export function wholeSecond(time: number): number {
  return Math.floor(time / 1000) * 1000
}
