/** What one check found. */
export interface CheckResult {
  readonly isOk: boolean
  /** Why not. */
  readonly reason?: string | undefined
  /** Told beside it, such as `{ leading: false }`. */
  readonly details?: Readonly<Record<string, unknown>>
}

export type Check = () => CheckResult | Promise<CheckResult>

/** What the endpoints of a process tell of a role. Checks are named; each answers soon, or counts as failed. */
export interface RoleHealth {
  /** What a restart would mend. That Redis or a lake is away is no such thing. */
  readonly live: Readonly<Record<string, Check>>
  /** What the role cannot work without. */
  readonly ready: Readonly<Record<string, Check>>
  /** What waits in each stage, for whoever scales the fleet. @throws when that cannot be told */
  readonly signals: () => Promise<unknown>
}

/** Disposing stops taking work, finishes or hands back what runs, and closes its connections. */
export interface RunningRole extends AsyncDisposable {
  readonly health: RoleHealth
}

/** The role whose parts these are. */
export function runningRole(parts: AsyncDisposableStack, health: RoleHealth): RunningRole {
  const owned = parts.move()
  return { health, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
