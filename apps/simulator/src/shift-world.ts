import type { World } from './world.ts'

/** The same world at another time: everything that happens moves, what records say of themselves stays. */
export function shiftWorld(world: World, start: number): World {
  const by = start - world.start
  return {
    ...world,
    start,
    tenants: world.tenants.map((tenant) => ({
      ...tenant,
      subscriptionEvents: tenant.subscriptionEvents.map((event) => ({ ...event, at: event.at + by })),
      faults: tenant.faults.map((fault) => ({ ...fault, from: fault.from + by, to: fault.to + by })),
      contents: tenant.contents.map((content) => ({
        ...content,
        created: content.created + by,
        listedFrom: content.listedFrom + by,
        expires: content.expires + by,
      })),
    })),
  }
}
