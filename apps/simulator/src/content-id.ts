/**
 * The id of a content, in the shape the service gives it: two stamps, the workload, and the regional shard.
 *
 * @param start - the first instant of the aggregation, in milliseconds since the epoch
 */
export function contentIdOf(start: number, created: number, shard: string): string {
  return `${stamp(start)}$${stamp(created)}$audit_exchange$Audit_Exchange$${shard}`
}

function stamp(time: number): string {
  return `${new Date(time).toISOString().replaceAll(/\D/g, '')}000000`
}
