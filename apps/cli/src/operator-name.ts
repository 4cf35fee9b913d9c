import { hostname, userInfo } from 'node:os'

/** Who gives the command, as far as this machine knows: for what is recorded with a name. */
export function operatorName(): string {
  return `${userInfo().username}@${hostname()}`
}
