/** Data for a person or a program, on stdout. */
export function printData(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
}

export function printJson(value: unknown): void {
  printData(JSON.stringify(value, null, process.stdout.isTTY ? 2 : 0))
}

/** Talk, on stderr. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** A line that is overwritten on a terminal; elsewhere every `every`-th call becomes a line of its own. */
export function createProgress(every: number): { update(text: string): void; end(): void } {
  let calls = 0
  return {
    update: (text) => {
      calls += 1
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
      else if (calls % every === 0) say(text)
    },
    end: () => {
      if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
    },
  }
}

/** A bar of how much is done, on a terminal; elsewhere every `every`-th step becomes a line of its own, or none. */
export function createProgressBar(label: string, every: number = Number.POSITIVE_INFINITY): { step(total: number): void; end(): void } {
  const cells = 30
  const line = createProgress(1)
  let done = 0
  let shown = -1
  return {
    step: (total) => {
      done += 1
      const filled = Math.min(cells, Math.round((cells * done) / total))
      const percent = Math.floor((100 * done) / total)
      if (process.stderr.isTTY ? percent > shown : done % every === 0)
        line.update(`${label} [${'#'.repeat(filled)}${'.'.repeat(cells - filled)}] ${done}/${total}`)
      shown = percent
    },
    end: () => line.end(),
  }
}
