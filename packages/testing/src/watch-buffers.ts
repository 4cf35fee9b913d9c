import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Watches what buffers hold, garbage left out. @returns what ends it and tells the most, in bytes beyond what they held at first */
export function watchBuffers(): () => number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  const held = (): number => {
    collect()
    // What was collected is freed beside this thread; collecting again waits for that.
    collect()
    return process.memoryUsage().arrayBuffers
  }
  const before = held()
  let most = before
  const timer = setInterval(() => {
    most = Math.max(most, held())
  }, 100)
  return () => {
    clearInterval(timer)
    return most - before
  }
}
