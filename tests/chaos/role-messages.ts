/** To a role process: the time of its machine, or the question how much memory it holds. */
export type ToRole = { readonly now: number } | { readonly ask: 'memory' }

/** From a role process. */
export type FromRole =
  | { readonly started: true }
  | { readonly stepped: number }
  | { readonly liveBytes: number }
  | { readonly failed: string }
