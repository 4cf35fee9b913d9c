import { allFaults } from './all-faults.ts'
import { openFolderPlace, openS3Place } from './lake-place.ts'
import { playChaos } from './play-chaos.ts'

const [count = 10, first = 1, steps = 24] = process.argv.slice(2).map(Number)
let broken = 0
for (let seed = first; seed < first + count; seed += 1) {
  // A folder and S3 in turn.
  const openPlace = seed % 2 === 1 ? openFolderPlace : openS3Place
  const tell = (line: string): void => void process.stderr.write(`seed ${seed}, ${line}\n`)
  const { plan, atWork, problems } = await playChaos({ seed: String(seed), steps, faults: allFaults, openPlace, tell })
  process.stderr.write(`seed ${seed}: ${plan.length} faults, ${atWork} of them at work, ${problems.length} problems\n`)
  if (problems.length === 0) continue
  broken += 1
  process.stdout.write(`seed ${seed}:\n  ${[...plan, ...problems].join('\n  ')}\n`)
}
process.stdout.write(`${count} runs, ${broken} did not end with the truth\n`)
process.exitCode = broken === 0 ? 0 : 1
